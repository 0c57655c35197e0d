package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offsets by time, against a list that is simply searched (P1, P5). */
class TimestampLookupTest {
  private static final LogConfig CONFIG = new LogConfig(900, 120, new AppendLimits(10_000, 1_000_000_000));
  private static final long NOW = 1_000_000;

  private MemoryDisk disk = new MemoryDisk();
  private LogStore store = new LogStore(disk, CONFIG);
  private PartitionLog log = newLog();
  /** Timestamp of each record from offset 0 on. */
  private final List<Long> timestamps = new ArrayList<>();

  private PartitionLog newLog() {
    store.start();
    PartitionLog created = store.create(Batches.METADATA);
    created.recordEpochStart(1);
    return created;
  }

  private void append(long... times) {
    BatchBuilder builder = new BatchBuilder(100);
    for (long time : times) {
      builder.add(time, null, new byte[20], List.of());
      timestamps.add(time);
    }
    ByteBuffer batch = builder.build();
    log.appendAsLeader(batch, log.latestEpoch(), NOW);
  }

  /** Mostly ascending, with jumps back and forth. */
  private void appendRandomly(Random random, int batches) {
    for (int i = 0; i < batches; i++) {
      long[] times = new long[1 + random.nextInt(4)];
      for (int r = 0; r < times.length; r++) {
        int kind = random.nextInt(10);
        times[r] = kind == 0 ? random.nextInt(100_000)
            : timestamps.size() * 10L + random.nextInt(kind == 1 ? 5_000 : 30);
      }
      append(times);
    }
  }

  private Optional<Long> expected(long timestamp, long from, long upTo) {
    for (long offset = from; offset < Math.min(upTo, timestamps.size()); offset++) {
      if (timestamps.get((int) offset) >= timestamp) {
        return Optional.of(offset);
      }
    }
    return Optional.empty();
  }

  private void verify(Random random, int lookups) {
    long from = log.logStartOffset();
    for (int i = 0; i < lookups; i++) {
      long timestamp = random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(timestamps.size() * 10 + 50);
      long upTo = random.nextInt(3) == 0 ? random.nextInt(timestamps.size() + 1) : Long.MAX_VALUE;
      Optional<OffsetAtTimestamp> found = log.offsetForTimestamp(timestamp, upTo);
      assertThat(found.map(OffsetAtTimestamp::offset)).as("timestamp %d below %d", timestamp, upTo)
          .isEqualTo(expected(timestamp, from, upTo));
      found.ifPresent(at -> assertThat(at.timestamp()).isEqualTo(timestamps.get((int) at.offset())));
    }
  }

  private MemoryDisk.Directory directory() {
    PartitionDirectory only = disk.scan().partitions().getFirst();
    return (MemoryDisk.Directory) only;
  }

  private List<String> timeIndexes() {
    return directory().list().stream().filter(name -> name.endsWith(".timeindex")).sorted().toList();
  }

  private LogStore.StartReport restart() {
    store = new LogStore(disk, CONFIG);
    LogStore.StartReport report = store.start();
    assertThat(report.isDamaged()).isFalse();
    log = store.log(Batches.ID).orElseThrow();
    return report;
  }

  @Test
  void findsTheRecordInsideItsBatchAndNothingAtOrAboveTheLimit() {
    append(10, 20, 30);
    append(40, 50);

    assertThat(log.offsetForTimestamp(0, 5)).contains(new OffsetAtTimestamp(0, 10, 1));
    assertThat(log.offsetForTimestamp(20, 5)).contains(new OffsetAtTimestamp(1, 20, 1));
    assertThat(log.offsetForTimestamp(21, 5)).contains(new OffsetAtTimestamp(2, 30, 1));
    assertThat(log.offsetForTimestamp(31, 5)).contains(new OffsetAtTimestamp(3, 40, 1));
    assertThat(log.offsetForTimestamp(51, 5)).isEmpty();
    assertThat(log.offsetForTimestamp(41, 4)).isEmpty();
    assertThat(log.offsetForTimestamp(30, 2)).isEmpty();
    assertThat(log.offsetForTimestamp(0, 0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void agreesWithALinearSearchWhileAppendingTruncatingAndRestarting(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      appendRandomly(random, 30);
      verify(random, 60);
      if (round % 3 == 1) {
        long end = log.truncateTo(random.nextInt(timestamps.size()), 0);
        timestamps.subList((int) end, timestamps.size()).clear();
        log.recordEpochStart(log.latestEpoch() + 1);
        appendRandomly(random, 3);
        verify(random, 60);
      }
      if (round % 4 == 2) {
        store.closeCleanly(1);
        assertThat(restart().recoveries()).allMatch(report -> report.indexesRebuilt() == 0);
        verify(random, 60);
        log.recordEpochStart(log.latestEpoch() + 1);
      }
    }
    assertThat(timeIndexes()).hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void lostOrGarbledFilesAreRebuiltAtTheStart(int kind) {
    Random random = new Random(kind);
    appendRandomly(random, 200);
    store.closeCleanly(1);
    List<byte[]> sound = timeIndexes().stream().map(name -> directory().file(name).current.clone()).toList();
    assertThat(sound).anyMatch(content -> content.length > TimeIndex.ENTRY_BYTES);
    for (String name : timeIndexes()) {
      byte[] content = directory().file(name).current;
      byte[] garbage = new byte[content.length];
      random.nextBytes(garbage);
      directory().file(name).current = switch (kind) {
        case 0 -> new byte[0];
        case 1 -> garbage;
        case 2 -> new byte[content.length];
        case 3 -> Arrays.copyOf(content, Math.max(0, content.length - 5));
        default -> Arrays.copyOf(content, Math.max(0, content.length - TimeIndex.ENTRY_BYTES));
      };
    }
    restart();

    verify(random, 300);
    assertThat(timeIndexes().stream().limit(sound.size() - 1).map(name -> directory().file(name).current).toList())
        .usingElementComparator(Arrays::compare).isEqualTo(sound.subList(0, sound.size() - 1));
  }

  @Test
  void aFileThatIsMissingAltogetherIsMadeAgain() {
    appendRandomly(new Random(3), 100);
    store.closeCleanly(1);
    timeIndexes().forEach(name -> directory().files.remove(name));
    restart();
    verify(new Random(4), 200);
  }

  @Test
  void wrongButPlausibleEntriesNeverMisleadALookup() {
    Random random = new Random(9);
    appendRandomly(random, 200);
    for (String name : timeIndexes()) {
      byte[] content = directory().file(name).current;
      for (int at = 0; at + TimeIndex.ENTRY_BYTES <= content.length; at += TimeIndex.ENTRY_BYTES) {
        content[at + 6] -= (byte) random.nextInt(2);
        content[at + 7] -= (byte) random.nextInt(3);
        content[at + 11] += (byte) random.nextInt(3);
      }
    }
    verify(random, 500);
  }

  @Test
  void aTailThatThePowerCutTookFromTheIndexAloneIsLookedAtAgain() {
    append(50_000);
    for (int i = 0; i < 8; i++) {
      append(60_000 + i);
    }
    assertThat(timeIndexes()).hasSize(1);
    log.flush();
    directory().file(timeIndexes().getFirst()).current = new byte[0];
    store = new LogStore(disk, CONFIG);
    store.checkpointRecoveryPoints();
    restart();
    append(55_000);

    assertThat(log.offsetForTimestamp(60_005, Long.MAX_VALUE).map(OffsetAtTimestamp::offset)).contains(6L);
  }

  @Test
  void aFullDiskTakesTheEntryBackWithTheAppend() {
    appendRandomly(new Random(5), 4);
    int before = timestamps.size();
    for (int room = 0; room < 300; room++) {
      disk.setRoom(room);
      try {
        for (int i = 0; i < 3; i++) {
          append(200_000 + room, 300_000 + room);
          before += 2;
        }
      } catch (io.ottla.common.error.OttlaException e) {
        timestamps.subList(before, timestamps.size()).clear();
      }
      disk.setRoom(Long.MAX_VALUE);
      assertThat(log.logEndOffset()).isEqualTo(before);
    }
    verify(new Random(6), 300);
    store.closeCleanly(1);
    restart();
    verify(new Random(7), 300);
  }
}
