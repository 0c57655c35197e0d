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
import java.util.function.LongSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random work on one log, cut off at a random step of a random operation, by a power cut or the death of the process, again and again. After each restart: no damage is claimed, nothing
 * below what was durable is missing, the rest is a prefix of what was written, an epoch noted is
 * known unless records before its start went, the log starts where it did or where it was to start, and offsets are found by time (F1, F2,
 * F3, F29).
 */
class PowerCutTest {
  private static final LogConfig CONFIG = new LogConfig(500, 120, new AppendLimits(2_000, 10_000_000));
  private static final int LIVES = 60;

  /** What was written, and how much of it must survive. */
  private static final class Model {
    private long start;
    private final List<String> records = new ArrayList<>();
    private final List<Long> timestamps = new ArrayList<>();
    private long durable;
    private int epoch = -1;
    /** A truncation that may or may not have happened when the power went. */
    private long openTruncation = Long.MAX_VALUE;
    /** The start of a reset that may or may not have happened. */
    private long openReset = -1;
    private int openEpoch = -1;
    /** A later start of the log that may or may not have been reached. */
    private long openStart = -1;

    private long end() {
      return start + records.size();
    }

    private void truncate(long offset) {
      while (end() > offset) {
        records.removeLast();
        timestamps.removeLast();
      }
      durable = Math.min(durable, offset);
    }

    private void startAt(long offset) {
      records.subList(0, (int) (offset - start)).clear();
      timestamps.subList(0, (int) (offset - start)).clear();
      start = offset;
    }

    private void reset(long offset) {
      records.clear();
      timestamps.clear();
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
    } else if (kind < 94) {
      truncate(log, model, random);
    } else if (kind < 96) {
      moveStart(log, model, random);
    } else if (kind < 98) {
      retain(log, model, random);
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
      long timestamp = Batches.NOW + 10 * (model.end() + b) + (random.nextInt(10) == 0 ? random.nextInt(500) : 0);
      batches[b] = Batches.at(timestamp, batch);
      for (int r = 0; r < batch.length; r++) {
        model.timestamps.add(timestamp);
      }
    }
    model.records.addAll(values);
    assertThat(model.timestamps).hasSameSizeAs(model.records);
    log.appendAsLeader(Batches.join(batches), model.epoch, Batches.NOW + 10_000_000);
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
    if (end < model.start) {
      model.reset(end); // the log started inside the batch that went
    } else {
      model.truncate(end);
    }
    model.openTruncation = Long.MAX_VALUE;
    model.epoch = log.latestEpoch();
  }

  private static void moveStart(PartitionLog log, Model model, Random random) {
    long offset = model.start + random.nextInt((int) Math.min(20, model.end() - model.start + 1));
    startAt(model, offset, () -> log.raiseLogStart(offset, log.logEndOffset()));
  }

  private static void startAt(Model model, long offset, LongSupplier change) {
    model.openStart = offset;
    long start = change.getAsLong();
    assertThat(start).isEqualTo(offset);
    model.startAt(start);
    model.openStart = -1;
  }

  private static void retain(PartitionLog log, Model model, Random random) {
    long maxAgeMs = random.nextInt(3) == 0 ? -1 : random.nextInt(1_000);
    long maxBytes = random.nextInt(3) == 0 ? -1 : random.nextInt(3_000);
    log.updateConfig(CONFIG.withRetention(new Retention(maxAgeMs, maxBytes, random.nextInt(3))));
    long highWatermark = log.durableOffset();
    long now = Batches.NOW + 10 * model.end() + random.nextInt(1_000);
    RetentionPlan plan = log.planRetention(highWatermark, now);
    assertThat(plan.startOffset()).isBetween(model.start, Math.max(model.start, highWatermark));
    for (long offset = model.start; maxBytes < 0 && offset < plan.startOffset(); offset++) {
      assertThat(model.timestamps.get((int) (offset - model.start))).isLessThan(now - maxAgeMs);
    }
    startAt(model, plan.startOffset(), () -> log.retain(plan, highWatermark));
    log.removeRetired(model.end());
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
    if (model.openStart > model.start && log.logStartOffset() == model.openStart) {
      model.startAt(model.openStart);
    }
    if (model.openTruncation != Long.MAX_VALUE && log.logStartOffset() < model.start) {
      assertThat(log.logStartOffset()).isEqualTo(log.logEndOffset()).isGreaterThanOrEqualTo(model.start - 2);
      model.reset(log.logStartOffset());
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
    model.openStart = -1;
    verifyTimes(log, model);
    model.durable = log.durableOffset();
    model.epoch = log.latestEpoch();
  }

  private static void verifyTimes(PartitionLog log, Model model) {
    for (int i = 0; i < 10; i++) {
      long timestamp = Batches.NOW + 10 * model.start + 7L * i * model.records.size() / 10;
      int first = 0;
      while (first < model.timestamps.size() && model.timestamps.get(first) < timestamp) {
        first++;
      }
      assertThat(log.offsetForTimestamp(timestamp, log.logEndOffset()).map(OffsetAtTimestamp::offset)
          .orElse(log.logEndOffset())).isEqualTo(model.start + first);
    }
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
