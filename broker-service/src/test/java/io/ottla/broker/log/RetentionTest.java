package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.RecordBatches;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log start moves forward, by age, by size, and by order (P40); segments roll by time and by index (P4). */
class RetentionTest {
  private static final LogConfig CONFIG = new LogConfig(400, 100, new AppendLimits(2_000, 1_000_000));
  private static final long NOW = Batches.NOW;

  private final MemoryDisk disk = new MemoryDisk();
  private LogStore store = new LogStore(disk, CONFIG);
  private PartitionLog log = newLog();

  private PartitionLog newLog() {
    store.start();
    PartitionLog created = store.create(Batches.METADATA);
    created.recordEpochStart(1);
    return created;
  }

  private void append(long timestamp, int count) {
    for (int i = 0; i < count; i++) {
      log.appendAsLeader(Batches.at(timestamp, "record " + log.logEndOffset() + " of some length"), log.latestEpoch(),
          NOW);
    }
  }

  private List<String> files(String suffix) {
    MemoryDisk.Directory directory = (MemoryDisk.Directory) disk.scan().partitions().getFirst();
    return directory.list().stream().filter(name -> name.endsWith(suffix)).sorted().toList();
  }

  private void restart() {
    store = new LogStore(disk, CONFIG);
    assertThat(store.start().isDamaged()).isFalse();
    log = store.log(Batches.ID).orElseThrow();
  }

  private long retain(Retention retention, long highWatermark, long nowMs) {
    log.updateConfig(CONFIG.withRetention(retention));
    return log.retain(log.planRetention(highWatermark, nowMs), highWatermark);
  }

  private static Retention age(long maxAgeMs) {
    return new Retention(maxAgeMs, -1, 1_000);
  }

  @Test
  void segmentsWhoseLatestRecordIsTooOldGoAndTheirFilesLater() {
    append(NOW, 12);
    append(NOW + 500, 12);
    List<String> logs = files(".log");
    assertThat(logs).hasSizeGreaterThan(5);

    assertThat(retain(age(1_000), log.logEndOffset(), NOW + 1_000)).as("not older than the limit").isZero();
    long start = retain(age(1_000), log.logEndOffset(), NOW + 1_200);

    assertThat(start).isPositive().isLessThanOrEqualTo(12).isEqualTo(log.logStartOffset());
    assertThat(files(".log")).isEqualTo(logs.subList(logs.size() - files(".log").size(), logs.size())).hasSizeLessThan(
        logs.size());
    assertThat(files(".deleted")).hasSize(3 * (logs.size() - files(".log").size()));
    log.removeRetired(5);
    log.removeRetired(1_004);
    assertThat(files(".deleted")).isNotEmpty();
    log.removeRetired(1_005);
    assertThat(files(".deleted")).isEmpty();
    assertThat(Batches.values(log).getFirst()).isEqualTo("record " + start + " of some length");
    assertThatThrownBy(() -> log.read(start - 1, 100, Long.MAX_VALUE)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.OFFSET_TRIMMED));
  }

  @Test
  void aReaderInARemovedSegmentReadsOn() {
    append(NOW, 24);
    LogSlice slice = log.read(0, 200, Long.MAX_VALUE);
    assertThat(retain(age(0), log.logEndOffset(), NOW + 1)).isEqualTo(24);

    assertThat(RecordBatches.records(slice.readFully(), 0, 100)).isNotEmpty();
    log.removeRetired(0);
    log.removeRetired(5_000);
    assertThatThrownBy(slice::readFully).isInstanceOf(SliceGoneException.class);
  }

  @Test
  void nothingAtOrAboveTheHighWatermarkGoes() {
    append(NOW, 24);
    for (long highWatermark = 0; highWatermark <= 24; highWatermark++) {
      assertThat(log.planRetention(highWatermark, NOW + 100_000).startOffset()).isZero();
      log.updateConfig(CONFIG.withRetention(age(0)));
      assertThat(log.planRetention(highWatermark, NOW + 100_000).startOffset()).isLessThanOrEqualTo(highWatermark);
      log.updateConfig(CONFIG);
    }
  }

  @Test
  void theActiveSegmentIsRolledWhenAllOfItIsTooOldAndNeverGoesBySize() {
    append(NOW, 24);
    long size = log.sizeInBytes();
    assertThat(retain(new Retention(-1, 0, 0), 24, NOW)).isLessThan(24);
    assertThat(log.sizeInBytes()).isPositive().isLessThan(size);

    assertThat(retain(age(10), 24, NOW + 11)).isEqualTo(24);
    assertThat(log.sizeInBytes()).isZero();
    assertThat(log.logEndOffset()).isEqualTo(24);
    assertThat(log.lastFetchedEpoch()).as("an emptied log still knows its epoch (P10)").isEqualTo(1);
    append(NOW + 20, 1);
    assertThat(Batches.values(log)).containsExactly("record 24 of some length");
    restart();
    assertThat(log.logStartOffset()).isEqualTo(24);
    assertThat(Batches.values(log)).containsExactly("record 24 of some length");
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 24));
  }

  @Test
  void anEmptiedLogStaysEmptyOverARestartAndKnowsItsEpochs() {
    append(NOW, 10);
    log.recordEpochStart(4);
    append(NOW, 14);
    assertThat(retain(age(0), 24, NOW + 1)).isEqualTo(24);
    log.recordEpochStart(9);
    restart();

    assertThat(log.logStartOffset()).isEqualTo(24);
    assertThat(log.logEndOffset()).isEqualTo(24);
    assertThat(log.epochs()).containsExactly(new EpochEntry(9, 24));
    assertThat(retain(age(0), 24, NOW + 1)).as("nothing to roll").isEqualTo(24);
    assertThat(files(".log")).hasSize(1);
  }

  @Test
  void theOldestSegmentsGoWhileEnoughIsLeft() {
    append(NOW, 40);
    for (long maxBytes = log.sizeInBytes(); maxBytes > 0; maxBytes -= 37) {
      long before = log.sizeInBytes();
      retain(new Retention(-1, maxBytes, 0), 40, NOW);
      assertThat(log.sizeInBytes()).isGreaterThanOrEqualTo(Math.min(before, maxBytes)).isLessThan(maxBytes + 400);
    }
  }

  @Test
  void recordsWithoutATimeNeverGoByAge() {
    for (int i = 0; i < 30; i++) {
      log.appendAsFollower(Batches.stamped(Batches.withoutTime("some value of some length"), i, 1), 1);
    }
    assertThat(retain(age(0), 30, Long.MAX_VALUE / 2)).isZero();
  }

  @Test
  void aTimeIndexThatCallsASegmentTooOldIsNotBelieved() {
    append(NOW, 4);
    append(NOW + 900_000, 1);
    append(NOW, 10);
    MemoryDisk.Directory directory = (MemoryDisk.Directory) disk.scan().partitions().getFirst();
    log.close();
    for (String name : files(".timeindex")) {
      byte[] content = directory.file(name).current;
      directory.file(name).current = java.util.Arrays.copyOf(content, Math.min(content.length, TimeIndex.ENTRY_BYTES));
    }
    restart();
    assertThat(retain(age(1_000), log.logEndOffset(), NOW + 2_000)).isLessThanOrEqualTo(4);
    assertThat(log.offsetForTimestamp(NOW + 1, 100).map(OffsetAtTimestamp::offset)).contains(4L);
  }

  @Test
  void recordsAreDeletedUpToAnyOffsetAndStayDeleted() {
    log.appendAsLeader(Batches.of("a", "b", "c"), 1, NOW);
    append(NOW, 20);
    log.recordEpochStart(3);
    append(NOW, 3);

    assertThat(log.raiseLogStart(1, 26)).isEqualTo(1);
    assertThat(Batches.values(log)).startsWith("b", "c").hasSize(25);
    assertThat(log.offsetForTimestamp(0, 100).map(OffsetAtTimestamp::offset)).contains(1L);
    assertThat(log.raiseLogStart(0, 26)).as("never back").isEqualTo(1);
    assertThatThrownBy(() -> log.raiseLogStart(12, 11)).isInstanceOf(IllegalArgumentException.class);
    restart();
    assertThat(Batches.values(log)).startsWith("b", "c").hasSize(25);

    log.raiseLogStart(24, 26);
    assertThat(log.epochs()).containsExactly(new EpochEntry(3, 24));
    restart();
    assertThat(log.epochs()).containsExactly(new EpochEntry(3, 24));
    assertThat(Batches.values(log)).hasSize(2);
    assertThat(files(".deleted")).isEmpty();
    assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 24));
  }

  @Test
  void filesOfSegmentsBelowTheStartAreRemovedByTheNextStartUnderAnyName() {
    append(NOW, 24);
    MemoryDisk.Directory directory = (MemoryDisk.Directory) disk.scan().partitions().getFirst();
    var before = new java.util.TreeMap<>(directory.files);
    List<String> values = Batches.values(log);
    log.raiseLogStart(14, 24);
    log.close();
    directory.files.putAll(before);
    restart();

    assertThat(log.logStartOffset()).isEqualTo(14);
    assertThat(Batches.values(log)).isEqualTo(values.subList(14, 24));
    assertThat(SegmentNames.baseOffsets(files(".log"), ".log")[0]).isPositive().isLessThanOrEqualTo(14);
    assertThat(SegmentNames.baseOffsets(files(".log"), ".log")[1]).isGreaterThan(14);
    assertThat(files(".deleted")).isEmpty();
  }

  @Test
  void aFullDiskLeavesTheStartWhereItWas() {
    append(NOW, 24);
    disk.setRoom(0);
    assertThatThrownBy(() -> log.raiseLogStart(20, 24)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
    assertThat(log.logStartOffset()).isZero();
    assertThat(Batches.values(log)).hasSize(24);
    disk.setRoom(100_000);
    assertThat(log.raiseLogStart(20, 24)).isEqualTo(20);
  }

  @Test
  void aFollowerThatStartsInsideABatchTakesTheWholeBatchAndHidesItsHead() {
    log.appendAsLeader(Batches.of("a", "b", "c"), 1, NOW);
    log.raiseLogStart(1, 3);
    LogStore otherStore = new LogStore(new MemoryDisk(), CONFIG);
    otherStore.start();
    PartitionLog follower = otherStore.create(Batches.METADATA);
    follower.truncateFully(1);

    follower.appendAsFollower(log.read(1, 1_000, 3).readFully(), 1);
    follower.raiseLogStart(1, 3);

    assertThat(Batches.values(follower)).containsExactly("b", "c");
    assertThat(follower.digest(1, 3)).isEqualTo(log.digest(1, 3));
    assertThatThrownBy(() -> follower.appendAsFollower(Batches.stamped(Batches.of("x", "y"), 2, 1), 1))
        .as("a log with records takes no batch that begins below its end").isInstanceOf(OttlaException.class);
  }

  @Test
  void aSegmentIsRolledBeforeItSpansTooMuchTime() {
    log.updateConfig(new LogConfig(100_000, 100, CONFIG.limits()).withRolling(1_000, 1_000_000));
    append(NOW, 3);
    append(NOW + 1_000, 3);
    assertThat(files(".log")).hasSize(1);
    append(NOW + 1_001, 1);
    append(NOW - 500_000, 1);
    assertThat(files(".log")).containsExactly("00000000000000000000.log", "00000000000000000006.log");
    log.close();
    restart();
    log.updateConfig(new LogConfig(100_000, 100, CONFIG.limits()).withRolling(1_000, 1_000_000));
    append(NOW + 2_001, 1);
    assertThat(files(".log")).hasSize(2);
    append(NOW + 2_002, 1);
    assertThat(files(".log")).hasSize(3);
  }

  @Test
  void aSegmentIsRolledWhenItsIndexIsFull() {
    log.updateConfig(new LogConfig(100_000, 100, CONFIG.limits()).withRolling(Long.MAX_VALUE, 3 * 8));
    append(NOW, 40);
    assertThat(files(".log")).hasSizeGreaterThan(4);
    assertThat(Batches.values(log)).hasSize(40);
  }
}
