package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.record.AppendLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Idempotent producers on a log whose power goes, or whose process dies, at a random step of a random operation, again and again (F1, F3). After
 * each restart the log knows every producer's last batches as far as they are in it, and nothing that never was (P38, P42).
 */
class ProducerPowerCutTest {
  private static final LogConfig CONFIG = new LogConfig(600, 120, new AppendLimits(2_000, 10_000_000));
  private static final int LIVES = 60;

  private record Written(long producer, int epoch, int sequence, int records, long firstOffset) {
    long lastOffset() {
      return firstOffset + records - 1;
    }
  }

  /** Every idempotent batch since the log last began anew. */
  private final List<Written> written = new ArrayList<>();
  private final MemoryDisk disk = new MemoryDisk();
  private Random random = new Random();
  private int epoch;
  private long openReset = -1;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void whatIsInTheLogIsKnownAndNothingElse(long seed) {
    random = new Random(seed * 7_368_787);
    for (int life = 0; life < LIVES; life++) {
      disk.planPowerCut(random.nextInt(life % 3 == 0 ? 60 : 500));
      try {
        live();
      } catch (MemoryDisk.PowerCut e) {
        if (random.nextInt(3) == 0) {
          disk.planPowerCut(-1);
        } else {
          disk.losePower(random);
        }
      }
    }
    disk.planPowerCut(-1);
    LogStore store = new LogStore(disk, CONFIG);
    verify(open(store));
  }

  private static PartitionLog open(LogStore store) {
    assertThat(store.start().recoveries()).allMatch(recovery -> recovery.damage() == null);
    return store.log(Batches.ID).orElseGet(() -> store.create(Batches.METADATA));
  }

  private void live() {
    LogStore store = new LogStore(disk, CONFIG);
    PartitionLog log = open(store);
    verify(log);
    epoch = Math.max(epoch, log.latestEpoch()) + 1;
    log.recordEpochStart(epoch);
    int operations = random.nextInt(200);
    for (int i = 0; i < operations; i++) {
      work(store, log);
    }
    verify(log);
    store.closeCleanly(1);
  }

  private void work(LogStore store, PartitionLog log) {
    int kind = random.nextInt(100);
    if (kind < 60) {
      append(log);
    } else if (kind < 70) {
      log.appendAsLeader(Batches.of("nobody's"), epoch, Batches.NOW);
    } else if (kind < 80) {
      log.flush();
    } else if (kind < 87) {
      store.checkpointRecoveryPoints();
    } else if (kind < 94) {
      truncate(log);
    } else if (kind < 98) {
      long start = log.logStartOffset()
          + random.nextInt((int) Math.min(30, log.logEndOffset() - log.logStartOffset() + 1));
      log.raiseLogStart(start, log.logEndOffset());
    } else {
      openReset = log.logEndOffset() + random.nextInt(5);
      log.truncateFully(openReset);
      written.clear();
      openReset = -1;
      epoch++;
      log.recordEpochStart(epoch);
    }
  }

  private void append(PartitionLog log) {
    long producer = random.nextInt(4);
    ProducerEntry known = log.producers().entry(producer);
    boolean bump = random.nextInt(15) == 0;
    int producerEpoch = known == null ? random.nextInt(3) : known.epoch() + (bump ? 1 : 0);
    int sequence = known == null ? random.nextInt(50) : bump ? 0 : known.last().lastSequence() + 1;
    String[] values = new String[1 + random.nextInt(3)];
    java.util.Arrays.setAll(values, i -> "v" + random.nextInt(1_000));
    ByteBuffer batch = Batches.produced(Batches.NOW + random.nextInt(1_000), producer, producerEpoch, sequence, values);
    written.add(new Written(producer, producerEpoch, sequence, values.length, log.logEndOffset()));
    log.appendAsLeader(batch, epoch, Batches.NOW);
  }

  private void truncate(PartitionLog log) {
    long to = log.logStartOffset() + random.nextInt((int) (log.logEndOffset() - log.logStartOffset()) + 1);
    long end = log.truncateTo(to, 0);
    written.removeIf(batch -> batch.firstOffset() >= end);
    if (log.logStartOffset() == end) {
      // The log may have begun inside the batch that went: then it begins anew.
      written.removeIf(batch -> log.producers().entries().isEmpty());
    }
    if (log.latestEpoch() != epoch) {
      epoch++;
      log.recordEpochStart(epoch);
    }
  }

  private void verify(PartitionLog log) {
    if (openReset >= 0 && log.logStartOffset() == openReset && log.logEndOffset() == openReset) {
      written.clear();
    }
    openReset = -1;
    written.removeIf(batch -> batch.lastOffset() >= log.logEndOffset());
    Map<Long, ProducerEntry> known = log.producers().entries();
    known.forEach((producer, entry) -> entry.batches().forEach(batch -> assertThat(written)
        .as("%s: %s of producer %d was never written", log, batch, producer)
        .contains(new Written(producer, entry.epoch(), batch.firstSequence(),
            batch.lastSequence() - batch.firstSequence() + 1, batch.firstOffset()))));
    for (long producer = 0; producer < 4; producer++) {
      long id = producer;
      List<Written> own = written.stream().filter(batch -> batch.producer() == id).toList();
      if (!own.isEmpty() && own.getLast().firstOffset() >= log.logStartOffset()) {
        verifyLast(log, own, known.get(producer));
      }
    }
  }

  /** All of the last epoch's remembered batches that are still in the log. */
  private static void verifyLast(PartitionLog log, List<Written> own, @Nullable ProducerEntry entry) {
    List<Long> expected = own.stream().filter(batch -> batch.epoch() == own.getLast().epoch())
        .map(Written::firstOffset).toList();
    expected = expected.subList(Math.max(0, expected.size() - ProducerEntry.REMEMBERED), expected.size()).stream()
        .filter(offset -> offset >= log.logStartOffset()).toList();
    assertThat(entry).as("%s forgot %s", log, own.getLast()).isNotNull();
    assertThat(entry.batches()).extracting(ProducerBatch::firstOffset).endsWith(expected.toArray(Long[]::new));
  }
}
