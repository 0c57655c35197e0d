package io.ottla.broker.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.Cleaning;
import io.ottla.broker.log.CleaningLimits;
import io.ottla.broker.log.Compaction;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.OffsetAtTimestamp;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Header;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The field's own client library reads the segments on disk, and what it writes is appended and read back. */
class KafkaSegmentOracleTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final LogConfig CONFIG = new LogConfig(20_000, 1_000, new AppendLimits(100_000, 100_000));
  private static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 1), 0);

  @TempDir
  private Path root;

  private LogStore store;
  private PartitionLog log;

  @BeforeEach
  void open() throws IOException {
    store = new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
    store.start();
    log = store.create(new PartitionMetadata(ID, "orders", new UUID(2, 2)));
  }

  private static byte @Nullable [] bytes(Random random, int max) {
    if (random.nextInt(5) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(max)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Record randomRecord(Random random, long offset) {
    List<Header> headers = random.nextInt(3) == 0
        ? List.of(new Header("trace", bytes(random, 10)), new Header("", new byte[] {1}))
        : List.of();
    return new Record(offset, NOW + random.nextInt(10_000), bytes(random, 20), bytes(random, 200), headers);
  }

  /** P37: the header fields of idempotent producers are where the field's clients look for them. */
  @Test
  void kafkaReadsWhoProducedABatch() throws IOException {
    log.recordEpochStart(1);
    BatchBuilder builder = new BatchBuilder(100);
    int[] sequences = {Integer.MAX_VALUE - 2, 0, 3};
    for (int sequence : sequences) {
      builder.reset();
      for (int i = 0; i < 3; i++) {
        builder.add(NOW, null, "compressible ".repeat(20).getBytes(UTF_8), List.of());
      }
      builder.producer((1L << 40) + 7, Short.MAX_VALUE, sequence);
      log.appendAsLeader(builder.build(io.ottla.common.record.Compression.ZSTD), 1, NOW);
    }
    builder.reset();
    builder.add(NOW, null, new byte[1], List.of());
    log.appendAsLeader(builder.build(), 1, NOW);
    store.closeCleanly(1);
    List<String> seen = new ArrayList<>();
    try (FileRecords records = FileRecords.open(segments(".log").getFirst().toFile(), false)) {
      for (FileChannelRecordBatch batch : records.batches()) {
        batch.ensureValid();
        seen.add(batch.producerId() + " " + batch.producerEpoch() + " " + batch.baseSequence() + " "
            + batch.lastSequence());
      }
    }
    assertThat(seen).containsExactly("1099511627783 32767 2147483645 2147483647", "1099511627783 32767 0 2",
        "1099511627783 32767 3 5", "-1 -1 -1 -1");
  }

  @Test
  void kafkaReadsEveryRecordOfTheSegmentsOnDisk() throws IOException {
    Random random = new Random(42);
    List<Record> expected = new ArrayList<>();
    List<Integer> epochs = new ArrayList<>();
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < 300; i++) {
      if (i % 50 == 0) {
        log.recordEpochStart(2 * i + 1);
      }
      builder.reset();
      for (int r = random.nextInt(5); r >= 0; r--) {
        Record record = randomRecord(random, expected.size());
        builder.add(record.timestamp(), record.key(), record.value(), record.headers());
        expected.add(record);
        epochs.add(log.latestEpoch());
      }
      log.appendAsLeader(builder.build(), log.latestEpoch(), NOW);
    }
    store.closeCleanly(1);

    List<Record> seen = new ArrayList<>();
    for (Path segment : segments(".log")) {
      try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
        for (FileChannelRecordBatch batch : records.batches()) {
          batch.ensureValid();
          assertThat(batch.partitionLeaderEpoch()).isEqualTo(epochs.get((int) batch.baseOffset()));
          assertThat(batch.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
          for (var record : batch) {
            seen.add(toOurs(record));
          }
        }
      }
    }
    assertThat(segments(".log")).hasSizeGreaterThan(3);
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void theIndexPointsWhereKafkasToolsExpect() throws IOException {
    log.recordEpochStart(1);
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < 500; i++) {
      builder.reset();
      builder.add(NOW, null, new byte[i % 90], List.of());
      builder.add(NOW, null, new byte[10], List.of());
      log.appendAsLeader(builder.build(), 1, NOW);
    }
    store.closeCleanly(1);

    int entries = 0;
    for (Path index : segments(".index")) {
      String digits = String.valueOf(index.getFileName()).substring(0, 20);
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(index));
      try (FileRecords records = FileRecords.open(index.resolveSibling(digits + ".log").toFile(), false)) {
        while (content.hasRemaining()) {
          long offset = Long.parseLong(digits) + content.getInt();
          int position = content.getInt();
          assertThat(records.batchesFrom(position).iterator().next().lastOffset()).isEqualTo(offset);
          entries++;
        }
      }
    }
    assertThat(entries).isGreaterThan(20);
  }

  @Test
  void theTimeIndexHasKafkasFormatAndLookupsByTimeAgreeWithKafkas() throws IOException {
    Random random = new Random(17);
    log.recordEpochStart(1);
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < 500; i++) {
      builder.reset();
      for (int r = random.nextInt(3); r >= 0; r--) {
        builder.add(NOW + i * 10L + random.nextInt(i % 50 == 0 ? 2_000 : 60), null, new byte[random.nextInt(200)],
            List.of());
      }
      log.appendAsLeader(builder.build(), 1, NOW);
    }
    for (int i = 0; i < 300; i++) {
      long timestamp = NOW + random.nextInt(6_000);
      FileRecords.TimestampAndOffset expected = null;
      for (Path segment : segments(".log")) {
        try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
          expected = expected == null ? records.searchForTimestamp(timestamp, 0, 0, Integer.MAX_VALUE) : expected;
        }
      }
      OffsetAtTimestamp found = log.offsetForTimestamp(timestamp, log.logEndOffset()).orElse(null);
      assertThat(found == null ? null : new FileRecords.TimestampAndOffset(found.timestamp(), found.offset(),
          Optional.of(1))).isEqualTo(expected);
    }
    store.closeCleanly(1);
    int entries = 0;
    for (Path index : segments(".timeindex")) {
      String digits = String.valueOf(index.getFileName()).substring(0, 20);
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(index));
      try (FileRecords records = FileRecords.open(index.resolveSibling(digits + ".log").toFile(), false)) {
        while (content.hasRemaining()) {
          long timestamp = content.getLong();
          long offset = Long.parseLong(digits) + content.getInt();
          for (FileChannelRecordBatch batch : records.batches()) {
            boolean indexed = batch.lastOffset() == offset;
            assertThat(batch.maxTimestamp()).matches(max -> indexed ? max == timestamp
                : batch.lastOffset() > offset || max <= timestamp);
          }
          entries++;
        }
      }
    }
    assertThat(entries).isGreaterThan(20);
  }

  @Test
  void kafkaReadsWhatCompactionLeaves() throws IOException {
    Random random = new Random(31);
    log.updateConfig(CONFIG.withCompaction(new Compaction(0, 1_000, 0)));
    log.recordEpochStart(1);
    var types = io.ottla.common.record.Compression.values();
    Map<String, Record> newest = new TreeMap<>();
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < 900; i++) {
      builder.reset();
      for (int r = random.nextInt(4); r >= 0; r--) {
        byte[] value = random.nextInt(8) == 0 ? null : ("value " + i + " of many values").getBytes(UTF_8);
        builder.add(NOW + i, ("key " + random.nextInt(40)).getBytes(UTF_8), value, List.of());
      }
      ByteBuffer batch = builder.build(types[random.nextInt(5)]);
      log.appendAsLeader(batch, 1, NOW);
      RecordBatches.records(batch, 0, Long.MAX_VALUE)
          .forEach(record -> newest.put(new String(Objects.requireNonNull(record.key()), UTF_8), record));
    }
    long size = log.sizeInBytes();
    CleaningLimits limits = new CleaningLimits(1 << 20, bytes -> true);
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), NOW + 900, limits).orElseThrow();
    while (cleaning.hasNext()) {
      assertThat(log.swap(log.cleanNext(cleaning).orElseThrow())).isTrue();
    }
    assertThat(log.sizeInBytes()).isLessThan(size / 2);
    store.closeCleanly(1);

    Map<String, Record> seen = new TreeMap<>();
    boolean horizon = false;
    long next = 0;
    for (Path segment : segments(".log")) {
      try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
        for (FileChannelRecordBatch batch : records.batches()) {
          batch.ensureValid();
          assertThat(batch.baseOffset()).isEqualTo(next);
          next = batch.nextOffset();
          horizon |= batch.deleteHorizonMs().isPresent();
          for (var record : batch) {
            Record ours = toOurs(record);
            seen.put(new String(Objects.requireNonNull(ours.key()), UTF_8), ours);
          }
        }
      }
    }
    assertThat(seen).isEqualTo(newest);
    assertThat(horizon).isTrue();
  }

  @Test
  void batchesBuiltByKafkaAreAppendedAndReadBack() {
    Random random = new Random(7);
    log.recordEpochStart(5);
    List<Record> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), Compression.NONE,
          TimestampType.CREATE_TIME, 0L);
      for (int r = random.nextInt(5); r >= 0; r--) {
        Record record = randomRecord(random, expected.size());
        builder.append(record.timestamp(), record.key(), record.value(), record.headers().stream()
            .map(header -> new RecordHeader(header.key(), header.value())).toArray(RecordHeader[]::new));
        expected.add(record);
      }
      log.appendAsLeader(builder.build().buffer(), 5, NOW);
    }
    List<Record> seen = new ArrayList<>();
    long offset = 0;
    while (offset < log.logEndOffset()) {
      var slice = log.read(offset, 4_000, log.logEndOffset());
      seen.addAll(RecordBatches.records(slice.readFully(), offset, Long.MAX_VALUE));
      offset = slice.nextOffset();
    }
    assertThat(seen).isEqualTo(expected);
    store.close();
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void compressedBatchesAreStoredAsTheyCameFoundByTimeAndReadByBoth(CompressionType type) throws IOException {
    Random random = new Random(7);
    log.recordEpochStart(5);
    List<Record> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), Compression.of(type).build(),
          TimestampType.CREATE_TIME, 0L);
      for (int r = random.nextInt(20); r >= 0; r--) {
        Record record = randomRecord(random, expected.size());
        builder.append(record.timestamp(), record.key(), record.value(), record.headers().stream()
            .map(header -> new RecordHeader(header.key(), header.value())).toArray(RecordHeader[]::new));
        expected.add(record);
      }
      ByteBuffer batch = builder.build().buffer();
      int size = batch.remaining();
      assertThat(log.appendAsLeader(batch, 5, NOW).sizeInBytes()).isEqualTo(size);
    }
    List<Record> ours = new ArrayList<>();
    long offset = 0;
    while (offset < log.logEndOffset()) {
      var slice = log.read(offset, 4_000, log.logEndOffset());
      ours.addAll(RecordBatches.records(slice.readFully(), offset, Long.MAX_VALUE));
      offset = slice.nextOffset();
    }
    for (int i = 0; i < 50; i++) {
      long timestamp = NOW + random.nextInt(10_000);
      assertThat(log.offsetForTimestamp(timestamp, Long.MAX_VALUE).map(OffsetAtTimestamp::offset))
          .isEqualTo(expected.stream().filter(record -> record.timestamp() >= timestamp).map(Record::offset)
              .findFirst());
    }
    store.closeCleanly(1);
    List<Record> theirs = new ArrayList<>();
    for (Path segment : segments(".log")) {
      try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
        for (FileChannelRecordBatch batch : records.batches()) {
          batch.ensureValid();
          assertThat(batch.compressionType()).isEqualTo(type);
          for (var record : batch) {
            theirs.add(toOurs(record));
          }
        }
      }
    }
    assertThat(ours).isEqualTo(expected);
    assertThat(theirs).isEqualTo(expected);
  }

  private List<Path> segments(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(ID.topicId() + "-0"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static Record toOurs(org.apache.kafka.common.record.internal.Record record) {
    List<Header> headers = new ArrayList<>();
    for (var header : record.headers()) {
      headers.add(new Header(header.key(), header.value()));
    }
    return new Record(record.offset(), record.timestamp(), record.hasKey() ? Utils.toArray(record.key()) : null,
        record.hasValue() ? Utils.toArray(record.value()) : null, headers);
  }
}
