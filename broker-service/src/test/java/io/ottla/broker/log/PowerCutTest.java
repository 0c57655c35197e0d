package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random work on one log, cut off at a random step of a random operation, by a power cut or the death of the process, again and again. After each restart: no damage is claimed, nothing
 * below what was durable is missing, the rest is a prefix of what was written, and an epoch noted is
 * known unless records before its start went (F1, F2, F3).
 */
class PowerCutTest {
  private static final LogConfig CONFIG = new LogConfig(500, 120, new AppendLimits(2_000, 1_000));
  private static final int LIVES = 60;

  /** What was written, and how much of it must survive. */
  private static final class Model {
    private long start;
    private final List<String> records = new ArrayList<>();
    private long durable;
    private int epoch = -1;
    /** A truncation that may or may not have happened when the power went. */
    private long openTruncation = Long.MAX_VALUE;
    /** The start of a reset that may or may not have happened. */
    private long openReset = -1;
    private int openEpoch = -1;

    private long end() {
      return start + records.size();
    }

    private void truncate(long offset) {
      while (end() > offset) {
        records.removeLast();
      }
      durable = Math.min(durable, offset);
    }

    private void reset(long offset) {
      records.clear();
      start = offset;
      durable = offset;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
  void nothingDurableIsEverLost(long seed) {
    Random random = new Random(seed * 1_000_003);
    MemoryDisk disk = new MemoryDisk();
    Model model = new Model();
    for (int life = 0; life < LIVES; life++) {
      disk.planPowerCut(random.nextInt(life % 3 == 0 ? 40 : 400));
      try {
        live(disk, model, random);
      } catch (MemoryDisk.PowerCut e) {
        if (random.nextInt(3) == 0) {
          disk.planPowerCut(-1); // only the process died: what it wrote is there, but not yet forced
        } else {
          disk.losePower(random);
        }
      }
    }
    disk.planPowerCut(-1);
    verifyAfterRestart(start(disk), model);
  }

  private static PartitionLog start(MemoryDisk disk) {
    LogStore store = new LogStore(disk, CONFIG);
    return start(store);
  }

  private static PartitionLog start(LogStore store) {
    LogStore.StartReport report = store.start();
    assertThat(report.recoveries()).allMatch(recovery -> recovery.damage() == null);
    return store.log(Batches.ID).orElseGet(() -> store.create(Batches.METADATA));
  }

  private static void live(MemoryDisk disk, Model model, Random random) {
    LogStore store = new LogStore(disk, CONFIG);
    PartitionLog log = start(store);
    verifyAfterRestart(log, model);
    int operations = random.nextInt(200);
    for (int i = 0; i < operations; i++) {
      work(store, log, model, random);
      assertThat(log.logEndOffset()).isEqualTo(model.end());
      assertThat(log.durableOffset()).isLessThanOrEqualTo(log.logEndOffset());
      model.durable = log.durableOffset();
    }
    store.closeCleanly(1);
    model.durable = model.end();
  }

  private static void work(LogStore store, PartitionLog log, Model model, Random random) {
    int kind = random.nextInt(100);
    if (kind < 55) {
      append(log, model, random);
    } else if (kind < 75) {
      model.durable = Math.max(model.durable, log.flush());
    } else if (kind < 82) {
      store.checkpointRecoveryPoints();
    } else if (kind < 90) {
      noteEpoch(log, model, random.nextInt(3));
    } else if (kind < 98) {
      truncate(log, model, random);
    } else {
      reset(log, model, random.nextInt(2) == 0 ? model.end() + random.nextInt(50) : random.nextInt(100));
    }
  }

  private static void append(PartitionLog log, Model model, Random random) {
    if (model.epoch != log.latestEpoch() || model.epoch < 0) {
      noteEpoch(log, model, 1);
    }
    ByteBuffer[] batches = new ByteBuffer[1 + random.nextInt(4)];
    List<String> values = new ArrayList<>();
    for (int b = 0; b < batches.length; b++) {
      String[] batch = new String[1 + random.nextInt(3)];
      for (int r = 0; r < batch.length; r++) {
        batch[r] = "v" + random.nextInt(1_000_000) + "x".repeat(random.nextInt(40));
        values.add(batch[r]);
      }
      batches[b] = Batches.of(batch);
    }
    model.records.addAll(values);
    log.appendAsLeader(Batches.join(batches), model.epoch, Batches.NOW);
  }

  private static void noteEpoch(PartitionLog log, Model model, int by) {
    int epoch = Math.max(model.epoch, log.latestEpoch()) + by;
    if (epoch >= 0 && epoch >= log.latestEpoch()) {
      model.openEpoch = epoch;
      log.recordEpochStart(epoch);
      model.epoch = epoch;
      model.openEpoch = -1;
    }
  }

  private static void truncate(PartitionLog log, Model model, Random random) {
    long offset = model.start + (model.records.isEmpty() ? 0 : random.nextInt(model.records.size() + 1));
    model.openTruncation = offset;
    long end = log.truncateTo(offset, 0);
    assertThat(end).isLessThanOrEqualTo(offset);
    model.truncate(end);
    model.openTruncation = Long.MAX_VALUE;
    model.epoch = log.latestEpoch();
  }

  private static void reset(PartitionLog log, Model model, long offset) {
    model.openReset = offset;
    log.truncateFully(offset);
    model.reset(offset);
    model.openReset = -1;
    model.epoch = -1;
  }

  private static void verifyAfterRestart(PartitionLog log, Model model) {
    if (model.openReset >= 0 && log.logStartOffset() == model.openReset && log.logEndOffset() == model.openReset) {
      model.reset(model.openReset);
    }
    boolean cut = model.openTruncation < model.durable;
    assertThat(log.logStartOffset()).isEqualTo(model.start);
    // A truncation in flight may take its straddling batch with it, which has at most three records.
    assertThat(log.logEndOffset()).isGreaterThanOrEqualTo(cut ? Math.max(model.start, model.openTruncation - 2)
        : model.durable).isLessThanOrEqualTo(model.end());
    boolean tailLost = log.logEndOffset() < model.end();
    model.truncate(log.logEndOffset());
    assertThat(recordsOf(log)).isEqualTo(model.records);
    assertThat(log.durableOffset()).isEqualTo(log.logEndOffset());
    boolean epochMayBeGone = tailLost || model.openTruncation != Long.MAX_VALUE || model.openReset >= 0
        || model.epoch < 0;
    if (!epochMayBeGone) {
      assertThat(log.latestEpoch()).as("%s, epochs %s, model end %d", log, log.epochs(), model.end()).isIn(model.epoch,
          Math.max(model.epoch, model.openEpoch));
    }
    assertThat(log.epochs()).allMatch(entry -> entry.startOffset() <= log.logEndOffset());
    model.openTruncation = Long.MAX_VALUE;
    model.openReset = -1;
    model.openEpoch = -1;
    model.durable = log.durableOffset();
    model.epoch = log.latestEpoch();
  }

  private static List<String> recordsOf(PartitionLog log) {
    List<String> values = new ArrayList<>();
    long offset = log.logStartOffset();
    while (offset < log.logEndOffset()) {
      LogSlice slice = log.read(offset, 300, log.logEndOffset());
      for (Record record : RecordBatches.records(slice.readFully(), offset, Long.MAX_VALUE)) {
        assertThat(record.offset()).isEqualTo(log.logStartOffset() + values.size());
        byte[] value = record.value();
        values.add(new String(value == null ? new byte[0] : value, StandardCharsets.UTF_8));
      }
      offset = slice.nextOffset();
    }
    return values;
  }
}
