package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.Compression;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of each key the newest record stays, at its offset, and nothing else changes (P41, P38, F29). */
class CompactionTest {
  private static final Compaction EAGER = new Compaction(0, 1_000, 0);
  private static final LogConfig CONFIG = new LogConfig(600, 150, new AppendLimits(5_000, 1_000_000_000_000L))
      .withCompaction(EAGER);
  private static final CleaningLimits UNLIMITED = new CleaningLimits(1 << 20, bytes -> true);
  private static final long NOW = Batches.NOW;

  private MemoryDisk disk = new MemoryDisk();
  private LogStore store = new LogStore(disk, CONFIG);
  private PartitionLog log = newLog(store);
  /** Every record that was ever written, by offset. */
  private final TreeMap<Long, Record> written = new TreeMap<>();

  private static PartitionLog newLog(LogStore store) {
    store.start();
    PartitionLog created = store.create(Batches.METADATA);
    created.recordEpochStart(1);
    return created;
  }

  private void append(String... records) {
    append(Compression.NONE, NOW, records);
  }

  private void append(Compression compression, long timestamp, String... records) {
    ByteBuffer batch = Batches.keyed(compression, timestamp, records);
    log.appendAsLeader(batch, log.latestEpoch(), NOW);
    RecordBatches.records(batch, 0, Long.MAX_VALUE).forEach(record -> written.put(record.offset(), record));
  }

  /** Rolls, so that all that was appended can be cleaned. */
  private void roll() {
    log.updateConfig(CONFIG.withRolling(1, 1 << 20));
    append(Compression.NONE, NOW + 1_000_000_000L, "active=segment");
    log.updateConfig(CONFIG);
  }

  private static int clean(PartitionLog log, long nowMs, CleaningLimits limits) {
    int groups = 0;
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), nowMs, limits).orElseThrow();
    while (cleaning.hasNext()) {
      assertThat(log.swap(log.cleanNext(cleaning).orElseThrow())).isTrue();
      groups++;
    }
    log.finishCleaning(cleaning);
    return groups;
  }

  private static List<Record> records(PartitionLog log) {
    List<Record> records = new ArrayList<>();
    long offset = log.logStartOffset();
    while (offset < log.logEndOffset()) {
      LogSlice slice = log.read(offset, 300, log.logEndOffset());
      assertThat(slice.isEmpty()).as("batches follow one another without a hole").isFalse();
      records.addAll(RecordBatches.records(slice.readFully(), offset, Long.MAX_VALUE));
      offset = slice.nextOffset();
    }
    return records;
  }

  private static String text(byte @org.jspecify.annotations.Nullable [] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<String> shown(List<Record> records) {
    return records.stream().map(record -> record.offset() + ":" + text(record.key()) + "=" + text(record.value()))
        .toList();
  }

  /** What anybody who reads it all ends up with. */
  private static Map<String, String> state(Iterable<Record> records) {
    Map<String, String> state = new TreeMap<>();
    for (Record record : records) {
      if (record.value() == null) {
        state.remove(text(record.key()));
      } else {
        state.put(text(record.key()), text(record.value()));
      }
    }
    return state;
  }

  private List<RecordBatch> batches() {
    List<RecordBatch> batches = new ArrayList<>();
    long offset = log.logStartOffset();
    while (offset < log.logEndOffset()) {
      LogSlice slice = log.read(offset, 1, log.logEndOffset());
      batches.addAll(RecordBatches.verified(slice.readFully()));
      offset = slice.nextOffset();
    }
    return batches;
  }

  private MemoryDisk.Directory directory() {
    return (MemoryDisk.Directory) disk.scan().partitions().getFirst();
  }

  private void restart() {
    store = new LogStore(disk, CONFIG);
    assertThat(store.start().isDamaged()).isFalse();
    log = store.log(Batches.ID).orElseThrow();
  }

  @Test
  void theNewestRecordOfEachKeyStaysWhereItWas() {
    append("a=1", "b=1");
    append("a=2");
    append("c=1", "a=3", "b=2");
    append("d=1");
    roll();
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW)).isEqualTo(1.0);
    clean(log, NOW, UNLIMITED);

    assertThat(shown(records(log))).containsExactly("3:c=1", "4:a=3", "5:b=2", "6:d=1", "7:active=segment");
    assertThat(log.logStartOffset()).isZero();
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW)).isEqualTo(-1);
    assertThat(log.read(0, 100, 8).baseOffset()).isZero();
    assertThat(log.offsetForTimestamp(NOW, 8).map(OffsetAtTimestamp::offset)).contains(3L);
    restart();
    assertThat(shown(records(log))).hasSize(5);
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW)).as("how far it was cleaned is known").isEqualTo(-1);
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0));
  }

  @Test
  void nothingAtOrAboveTheHighWatermarkAndNothingOfTheActiveSegmentIsTouched() {
    append("a=1");
    append("a=2");
    assertThat(log.dueForCleaning(2, NOW)).as("the active segment").isEqualTo(-1);
    roll();
    assertThat(log.dueForCleaning(1, NOW)).as("not committed").isEqualTo(-1);
    Cleaning cleaning = log.beginCleaning(1, NOW, UNLIMITED).orElseThrow();
    assertThat(cleaning.hasNext()).isFalse();
    clean(log, NOW, UNLIMITED);
    assertThat(shown(records(log))).containsExactly("1:a=2", "2:active=segment");
  }

  @Test
  void youngSegmentsAreLeftAloneAndCleaningWaitsUntilEnoughIsDirty() {
    log.updateConfig(CONFIG.withCompaction(new Compaction(0, 1_000, 500)));
    append("a=1");
    append("a=2");
    roll();
    log.updateConfig(CONFIG.withCompaction(new Compaction(0.5, 1_000, 500)));
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW + 500)).isEqualTo(-1);
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW + 501)).isEqualTo(1.0);
    log.updateConfig(CONFIG.withCompaction(null));
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW + 501)).isEqualTo(-1);
    assertThat(log.beginCleaning(log.logEndOffset(), NOW + 501, UNLIMITED)).isEmpty();
  }

  @Test
  void aTombstoneStaysForAWhileAfterItsFirstCleaning() {
    append("a=1", "b=1");
    append("a", "c=1");
    roll();
    clean(log, NOW + 50, UNLIMITED);
    assertThat(shown(records(log))).containsExactly("1:b=1", "2:a=null", "3:c=1", "4:active=segment");
    assertThat(
        batches().stream().filter(batch -> batch.deleteHorizonMs().isPresent()).map(RecordBatch::deleteHorizonMs))
        .containsExactly(java.util.OptionalLong.of(NOW + 1_050));
    assertThat(records(log)).extracting(Record::timestamp).startsWith(NOW, NOW, NOW);
    append("x=1");
    roll();
    clean(log, NOW + 1_049, UNLIMITED);
    assertThat(shown(records(log))).contains("2:a=null");
    append("x=2");
    roll();
    clean(log, NOW + 1_050, UNLIMITED);
    assertThat(shown(records(log))).doesNotContain("2:a=null").contains("3:c=1");
  }

  @Test
  void recordsWithoutAKeyStay() {
    append("=one", "a=1");
    append("=two", "a=2");
    roll();
    clean(log, NOW, UNLIMITED);
    assertThat(shown(records(log))).startsWith("0:null=one", "2:null=two", "3:a=2");
  }

  @Test
  void theLastBatchOfAProducerIsRememberedByItsHeader() {
    for (int i = 0; i < 4; i++) {
      ByteBuffer batch = Batches.keyed(Compression.ZSTD, NOW + i, "a=" + i, "b=" + i);
      BatchFormat.stampProducer(batch, 0, 700 + i / 3, (short) 2, 2 * i);
      log.appendAsLeader(batch, 1, NOW);
    }
    roll();
    clean(log, NOW + 5, UNLIMITED);
    List<RecordBatch> left = batches();
    assertThat(left).extracting(RecordBatch::producerId).containsExactly(-1L, 700L, 701L, -1L);
    RecordBatch header = left.get(1);
    assertThat(header.count()).isZero();
    assertThat(header.baseOffset()).isEqualTo(4);
    assertThat(header.lastOffset()).isEqualTo(5);
    assertThat(header.baseSequence()).isEqualTo(4);
    assertThat(header.producerEpoch()).isEqualTo((short) 2);
    roll();
    clean(log, NOW + 10 * ProducerStates.EXPIRY_MS, UNLIMITED);
    assertThat(batches()).as("only the log's own clock makes a producer idle").extracting(RecordBatch::producerId)
        .contains(700L);
    ByteBuffer later = Batches.keyed(Compression.NONE, NOW + 3 + ProducerStates.EXPIRY_MS, "a=5");
    BatchFormat.stampProducer(later, 0, 702, (short) 0, 0);
    log.appendAsLeader(later, 1, NOW);
    roll();
    clean(log, NOW + 5, UNLIMITED);
    assertThat(batches()).as("an idle producer is forgotten").extracting(RecordBatch::producerId).contains(702L)
        .doesNotContain(700L);
  }

  @Test
  void littleMemoryTakesSeveralCleaningsForTheSameResult() {
    Random random = new Random(4);
    for (int i = 0; i < 400; i++) {
      append("key-" + random.nextInt(60) + "=" + i);
    }
    roll();
    CleaningLimits tight = new CleaningLimits(10 * 166, bytes -> true);
    int rounds = 0;
    while (log.dueForCleaning(log.logEndOffset(), NOW) > 0) {
      clean(log, NOW, tight);
      assertThat(state(records(log))).isEqualTo(state(written.values()));
      rounds++;
      assertThat(rounds).isLessThan(200);
    }
    assertThat(rounds).isGreaterThan(5);
    assertThat(records(log)).hasSize(61);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void afterAnyNumberOfCleaningsReadersEndUpWithTheSame(long seed) {
    Random random = new Random(seed);
    Compression[] types = {Compression.NONE, Compression.ZSTD, Compression.LZ4, Compression.SNAPPY, Compression.GZIP};
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 30; i++) {
        String[] records = new String[1 + random.nextInt(5)];
        for (int r = 0; r < records.length; r++) {
          records[r] = "k" + random.nextInt(25) + (random.nextInt(6) == 0 ? "" : "=" + random.nextInt(1_000));
        }
        append(types[random.nextInt(types.length)], NOW + round * 300L, records);
        if (random.nextInt(20) == 0) {
          log.recordEpochStart(log.latestEpoch() + 1 + random.nextInt(2));
        }
      }
      roll();
      List<EpochEntry> epochs = log.epochs();
      long size = log.sizeInBytes();
      clean(log, NOW + round * 300L, UNLIMITED);
      assertThat(log.sizeInBytes()).isLessThan(size);
      verifyAgainstWritten();
      if (random.nextInt(3) == 0) {
        log.close();
        restart();
        verifyAgainstWritten();
        directory().deleteCheckpoint(LeaderEpochCache.FILE);
        log.close();
        restart();
        assertThat(log.epochs()).as("epochs start where they did").isEqualTo(epochs);
      }
      log.removeRetired(round * 1_000_000L);
    }
    assertThat(directory().list()).filteredOn(name -> name.endsWith(".log")).hasSizeLessThan(25);
  }

  private void verifyAgainstWritten() {
    List<Record> left = records(log);
    assertThat(left).allSatisfy(record -> assertThat(record).isEqualTo(written.get(record.offset())));
    assertThat(state(left)).isEqualTo(state(written.values()));
  }

  @Test
  void readersInReplacedSegmentsGoOn() {
    append("a=1", "b=1");
    append("a=2");
    roll();
    LogSlice slice = log.read(0, 1_000, log.logEndOffset());
    ByteBuffer before = slice.readFully();
    clean(log, NOW, UNLIMITED);
    assertThat(slice.readFully()).isEqualTo(before);
    assertThat(shown(records(log))).doesNotContain("0:a=1");
  }

  @Test
  void aLogThatWasResetUnderItsCleaningKeepsItsNewRecords() {
    append("a=1", "a=2");
    roll();
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), NOW, UNLIMITED).orElseThrow();
    CleanedGroup group = log.cleanNext(cleaning).orElseThrow();
    log.truncateFully(0);
    log.recordEpochStart(5);
    append("z=1");
    assertThat(log.swap(group)).isFalse();
    log.finishCleaning(cleaning);
    assertThat(shown(records(log))).containsExactly("0:z=1");
    assertThat(directory().list()).noneMatch(name -> name.endsWith(".cleaned"));
    roll();
    assertThat(log.dueForCleaning(log.logEndOffset(), NOW)).isEqualTo(1.0);
  }

  @Test
  void aCleaningThatIsGivenUpOrFindsTheDiskFullLeavesNothing() {
    append("a=1", "a=2");
    append("a=3");
    roll();
    List<String> files = directory().list();
    int[] calls = {3};
    CleaningLimits impatient = new CleaningLimits(1_000, bytes -> calls[0]-- > 0);
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), NOW, impatient).orElseThrow();
    assertThat(log.cleanNext(cleaning)).isEmpty();
    Cleaning second = log.beginCleaning(log.logEndOffset(), NOW, UNLIMITED).orElseThrow();
    disk.setRoom(10);
    assertThatThrownBy(() -> log.cleanNext(second)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
    disk.setRoom(Long.MAX_VALUE);
    assertThat(directory().list()).containsExactlyInAnyOrderElementsOf(files);
    assertThat(records(log)).hasSize(4);
    clean(log, NOW, UNLIMITED);
    assertThat(records(log)).hasSize(2);
  }

  @Test
  void aFollowerTakesACleanedLogFromTheStartAndFromAnyOfItsOwnEnds() {
    for (int i = 0; i < 60; i++) {
      append("k" + i % 7 + "=" + i, "x=" + i);
    }
    roll();
    List<ByteBuffer> originals = batches().stream().map(batch -> ByteBuffer.allocate(batch.sizeInBytes())
        .put(batch.bytes()).flip()).toList();
    clean(log, NOW, UNLIMITED);
    for (int have = 0; have < originals.size(); have++) {
      LogStore other = new LogStore(new MemoryDisk(), CONFIG);
      other.start();
      PartitionLog follower = other.create(Batches.METADATA);
      for (int i = 0; i < have; i++) {
        follower.appendAsFollower(originals.get(i).duplicate(), 1);
      }
      while (follower.logEndOffset() < log.logEndOffset()) {
        follower.appendAsFollower(log.read(follower.logEndOffset(), 200, log.logEndOffset()).readFully(), 1);
      }
      assertThat(state(records(follower))).isEqualTo(state(written.values()));
      assertThat(follower.epochs()).isEqualTo(log.epochs());
    }
  }

  @Test
  void aFollowerStillRefusesBatchesThatLeaveAHole() {
    append("a=1", "a=2");
    append("b=1");
    ByteBuffer later = log.read(2, 100, 3).readFully();
    LogStore other = new LogStore(new MemoryDisk(), CONFIG);
    other.start();
    PartitionLog follower = other.create(Batches.METADATA);
    assertThatThrownBy(() -> follower.appendAsFollower(later, 1)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_BATCH));
  }

  @Test
  void aCrashAtAnyStepLeavesTheOldSegmentsOrTheNewOne() {
    int steps = 0;
    boolean more = true;
    for (int step = 0; more; step++) {
      for (int variant = 0; variant < 4; variant++) {
        disk = new MemoryDisk();
        store = new LogStore(disk, CONFIG);
        log = newLog(store);
        written.clear();
        for (int i = 0; i < 24; i++) {
          append("k" + i % 5 + "=" + i, i % 4 == 0 ? "k9" : "x=" + i);
        }
        roll();
        log.flush();
        store.checkpointRecoveryPoints();
        disk.planPowerCut(step);
        try {
          clean(log, NOW, UNLIMITED);
          log.removeRetired(0);
          log.removeRetired(100_000);
          more = false;
        } catch (MemoryDisk.PowerCut e) {
          steps++;
        }
        disk.planPowerCut(-1);
        if (variant > 0) {
          disk.losePower(new Random(step * 31L + variant));
        }
        restart();
        verifyAgainstWritten();
        assertThat(directory().list()).noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap")
            || name.endsWith(".deleted"));
        clean(log, NOW, UNLIMITED);
        verifyAgainstWritten();
        assertThat(records(log)).hasSize(8);
      }
    }
    assertThat(steps).isGreaterThan(100);
  }
}
