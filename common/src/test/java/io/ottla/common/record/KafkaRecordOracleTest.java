package io.ottla.common.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write is what the field's own library writes, and the other way round. */
class KafkaRecordOracleTest {
  private static final AppendLimits LIMITS = new AppendLimits(64 * 1024 * 1024, 3_600_000);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void ourBatchEqualsKafkasByteForByte(long seed) {
    Random random = new Random(seed);
    List<Record> records = RandomRecords.list(random, 1 + random.nextInt(200));

    ByteBuffer ours = RandomRecords.batch(records);
    ByteBuffer theirs = kafkaBatch(records, CompressionType.NONE);

    assertThat(ours).isEqualTo(theirs);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25})
  void kafkaReadsOurStampedBatches(long seed) {
    Random random = new Random(seed);
    List<Record> records = RandomRecords.list(random, 1 + random.nextInt(100));
    ByteBuffer bytes = RandomRecords.batch(records);
    BatchFormat.stamp(bytes, 0, 1_000_000 + seed, 9);

    MemoryRecords read = MemoryRecords.readableRecords(bytes);
    List<Record> seen = new ArrayList<>();
    for (var batch : read.batches()) {
      batch.ensureValid();
      assertThat(batch.partitionLeaderEpoch()).isEqualTo(9);
      assertThat(batch.baseOffset()).isEqualTo(1_000_000 + seed);
      for (var record : batch) {
        seen.add(toOurs(record, record.offset() - batch.baseOffset()));
      }
    }
    assertThat(seen).isEqualTo(records);
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void weReadKafkasBatches(long seed) {
    Random random = new Random(seed);
    List<Record> records = RandomRecords.list(random, 1 + random.nextInt(100));

    ByteBuffer theirs = kafkaBatch(records, CompressionType.NONE);

    assertThat(RecordBatches.records(theirs, 0, Long.MAX_VALUE)).isEqualTo(records);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void weReadAndAcceptWhatKafkaCompressed(CompressionType type) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Record> records = RandomRecords.list(random, 1 + random.nextInt(seed < 18 ? 200 : 5_000));
      ByteBuffer theirs = kafkaBatch(records, type);

      RecordBatch batch = RecordBatches.verified(theirs).getFirst();
      assertThat(batch.compression().name()).isEqualTo(type.name());
      assertThat(batch).containsExactlyElementsOf(records);
      assertThat(BatchValidator.checkForAppend(theirs, 0, theirs.limit(), LIMITS, 1_800_000_000_000L))
          .isEqualTo(theirs.limit());
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void kafkaReadsWhatWeCompressed(CompressionType type) {
    for (int seed = 100; seed < 120; seed++) {
      Random random = new Random(seed);
      List<Record> records = RandomRecords.list(random, 20 + random.nextInt(seed < 118 ? 200 : 5_000));
      ByteBuffer ours = BatchCompression.recompress(RandomRecords.compressible(records),
          Compression.valueOf(type.name()));
      BatchFormat.stamp(ours, 0, 7_000, 3);

      List<Record> seen = new ArrayList<>();
      for (var batch : MemoryRecords.readableRecords(ours).batches()) {
        batch.ensureValid();
        assertThat(batch.compressionType()).isEqualTo(type);
        for (var record : batch) {
          seen.add(toOurs(record, record.offset() - batch.baseOffset()));
        }
      }
      assertThat(seen).isEqualTo(RecordBatches.records(RandomRecords.compressible(records), 0, Long.MAX_VALUE));
    }
  }

  @Test
  void keysHashAsInKafka() {
    Random random = new Random(99);
    for (int length = 0; length < 300; length++) {
      for (int i = 0; i < 20; i++) {
        byte[] key = new byte[length];
        random.nextBytes(key);
        assertThat(Murmur2.hash(key)).isEqualTo(Utils.murmur2(key));
        int partitions = 1 + random.nextInt(100);
        assertThat(Murmur2.partition(key, partitions)).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % partitions);
      }
    }
  }

  private static ByteBuffer kafkaBatch(List<Record> records, CompressionType type) {
    MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1024),
        org.apache.kafka.common.compress.Compression.of(type).build(), TimestampType.CREATE_TIME, 0L);
    for (Record record : records) {
      builder.append(record.timestamp(), record.key(), record.value(), record.headers().stream()
          .map(header -> new RecordHeader(header.key(), header.value())).toArray(RecordHeader[]::new));
    }
    return builder.build().buffer();
  }

  private static Record toOurs(org.apache.kafka.common.record.internal.Record record, long offset) {
    List<Header> headers = new ArrayList<>();
    for (var header : record.headers()) {
      headers.add(new Header(header.key(), header.value()));
    }
    return new Record(offset, record.timestamp(), record.hasKey() ? Utils.toArray(record.key()) : null,
        record.hasValue() ? Utils.toArray(record.value()) : null, headers);
  }
}
