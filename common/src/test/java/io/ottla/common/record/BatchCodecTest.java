package io.ottla.common.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchCodecTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final AppendLimits LIMITS = new AppendLimits(100_000, 3_600_000);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void recordsComeBackAsTheyWereAdded(long seed) {
    Random random = new Random(seed);
    List<Record> records = RandomRecords.list(random, 1 + random.nextInt(300));
    ByteBuffer bytes = RandomRecords.batch(records);

    assertThat(RecordBatches.verified(bytes)).singleElement().satisfies(batch -> {
      assertThat(batch).containsExactlyElementsOf(records);
      assertThat(batch.count()).isEqualTo(records.size());
      assertThat(batch.maxTimestamp()).isEqualTo(records.stream().mapToLong(Record::timestamp).max().orElseThrow());
    });
    assertThat(BatchValidator.checkForAppend(bytes, 0, bytes.limit(), LIMITS, NOW)).isEqualTo(bytes.limit());
  }

  @Test
  void stampingMovesOffsetsAndEpochAndLeavesTheChecksumValid() {
    ByteBuffer bytes = RandomRecords.batch(RandomRecords.list(new Random(5), 10));
    BatchFormat.stamp(bytes, 0, 4_000_000_000L, 17);

    RecordBatch batch = RecordBatches.verified(bytes).getFirst();
    assertThat(batch.baseOffset()).isEqualTo(4_000_000_000L);
    assertThat(batch.lastOffset()).isEqualTo(4_000_000_009L);
    assertThat(batch.partitionLeaderEpoch()).isEqualTo(17);
    assertThat(batch.iterator().next().offset()).isEqualTo(4_000_000_000L);
  }

  @Test
  void aBuilderCanBeUsedAgainAndEarlierBatchesStay() {
    BatchBuilder builder = new BatchBuilder(16);
    builder.add(5, new byte[] {1}, null, List.of());
    ByteBuffer first = builder.build();
    ByteBuffer copy = copyOf(first);
    builder.reset();
    builder.add(7, null, new byte[] {2}, List.of());

    assertThat(first).isEqualTo(copy);
    assertThat(RecordBatches.records(builder.build(), 0, Long.MAX_VALUE))
        .containsExactly(new Record(0, 7, null, new byte[] {2}, List.of()));
  }

  @Test
  void theSizeBoundIsNeverBelowTheRealSize() {
    Random random = new Random(8);
    BatchBuilder builder = new BatchBuilder(16);
    for (Record record : RandomRecords.list(random, 500)) {
      int before = builder.sizeInBytes();
      builder.add(record.timestamp(), record.key(), record.value(), record.headers());
      assertThat((long) builder.sizeInBytes() - before)
          .isLessThanOrEqualTo(BatchBuilder.maxRecordSize(record.key(), record.value(), record.headers()));
    }
  }

  @Test
  void trimmingKeepsOnlyTheOffsetsAskedFor() {
    ByteBuffer bytes = RandomRecords.batch(RandomRecords.list(new Random(3), 10));
    BatchFormat.stamp(bytes, 0, 100, 1);

    assertThat(RecordBatches.records(bytes, 103, 107)).extracting(Record::offset).containsExactly(103L, 104L, 105L,
        106L);
  }

  @Test
  void everySingleBitFlipInTheChecksummedPartIsFound() {
    ByteBuffer bytes = RandomRecords.batch(RandomRecords.list(new Random(4), 3));
    for (int bit = BatchFormat.MAGIC * 8; bit < bytes.limit() * 8; bit++) {
      ByteBuffer damaged = copyOf(bytes);
      damaged.put(bit / 8, (byte) (damaged.get(bit / 8) ^ 1 << bit % 8));
      assertThat(BatchValidator.problem(damaged, 0, damaged.limit())).as("bit %d", bit).isNotNull();
    }
  }

  @Test
  void aBatchCutAnywhereIsRefused() {
    ByteBuffer bytes = RandomRecords.batch(RandomRecords.list(new Random(4), 3));
    for (int limit = 0; limit < bytes.limit(); limit++) {
      assertThat(BatchValidator.problem(bytes, 0, limit)).as("cut at %d", limit).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomDamageBehindAFreshChecksumNeverEscapesTheParser(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      ByteBuffer bytes = RandomRecords.batch(RandomRecords.list(random, 5));
      for (int k = random.nextInt(4); k >= 0; k--) {
        bytes.put(BatchFormat.RECORDS + random.nextInt(bytes.limit() - BatchFormat.RECORDS), (byte) random.nextInt());
      }
      bytes.putInt(BatchFormat.CRC, BatchFormat.computeCrc(bytes, 0));
      try {
        BatchValidator.checkForAppend(bytes, 0, bytes.limit(), LIMITS, NOW);
        assertThat(RecordBatches.records(bytes, 0, Long.MAX_VALUE)).hasSize(5);
      } catch (OttlaException e) {
        assertThat(e.code()).isIn(ErrorCode.CORRUPT_BATCH, ErrorCode.INVALID_TIMESTAMP);
      }
    }
  }

  @Test
  void aCompactedTopicTakesNoRecordWithoutAKey() {
    AppendLimits compacted = new AppendLimits(10_000, 1_000, true);
    BatchBuilder builder = new BatchBuilder(100);
    builder.add(NOW, new byte[0], null, List.of());
    ByteBuffer keyed = builder.build();
    assertThat(BatchValidator.checkForAppend(keyed, 0, keyed.limit(), compacted, NOW)).isEqualTo(keyed.limit());
    builder.add(NOW, null, new byte[] {1}, List.of());
    ByteBuffer unkeyed = builder.build();
    assertThat(BatchValidator.checkForAppend(unkeyed, 0, unkeyed.limit(), LIMITS, NOW)).isPositive();
    assertThatThrownBy(() -> BatchValidator.checkForAppend(unkeyed, 0, unkeyed.limit(), compacted, NOW))
        .isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
  }

  @Test
  void whatALeaderMustNotAcceptIsRefusedWithItsCode() {
    assertRefused(ErrorCode.CORRUPT_BATCH, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 2));
    assertRefused(ErrorCode.UNSUPPORTED_COMPRESSION, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 5));
    assertRefused(ErrorCode.UNSUPPORTED_COMPRESSION, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 7));
    assertRefused(ErrorCode.INVALID_REQUEST, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 0x10));
    assertRefused(ErrorCode.INVALID_REQUEST, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 0x20));
    assertRefused(ErrorCode.INVALID_TIMESTAMP, bytes -> bytes.putShort(BatchFormat.ATTRIBUTES, (short) 0x08));
    assertRefused(ErrorCode.INVALID_TIMESTAMP, bytes -> bytes.putLong(BatchFormat.MAX_TIMESTAMP, NOW + 1));
    assertRefused(ErrorCode.INVALID_TIMESTAMP, bytes -> {
      long ahead = NOW + LIMITS.maxTimestampAheadMs() + 1;
      bytes.putLong(BatchFormat.BASE_TIMESTAMP, ahead);
      bytes.putLong(BatchFormat.MAX_TIMESTAMP, ahead);
    });
    assertRefused(ErrorCode.CORRUPT_BATCH, bytes -> bytes.putInt(BatchFormat.LAST_OFFSET_DELTA, 2));
    assertRefused(ErrorCode.CORRUPT_BATCH, bytes -> bytes.putInt(BatchFormat.COUNT, 0));
    assertRefused(ErrorCode.CORRUPT_BATCH, bytes -> bytes.put(BatchFormat.MAGIC, (byte) 1));
    assertRefused(ErrorCode.CORRUPT_BATCH, bytes -> bytes.putInt(BatchFormat.COUNT, -1));
  }

  @Test
  void aBatchOverTheSizeLimitIsRefused() {
    ByteBuffer bytes = twoRecords();
    AppendLimits tight = new AppendLimits(bytes.limit() - 1, 0);

    assertThatThrownBy(() -> BatchValidator.checkForAppend(bytes, 0, bytes.limit(), tight, NOW))
        .isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE));
  }

  @Test
  void varintsOfEverySizeComeBack() {
    byte[] target = new byte[Varint.MAX_LONG_BYTES];
    for (int shift = 0; shift < 64; shift++) {
      for (long value : new long[] {1L << shift, -(1L << shift), (1L << shift) - 1, Long.MIN_VALUE >> shift}) {
        assertThat(Varint.putLong(target, 0, value)).isEqualTo(Varint.sizeOfLong(value));
        assertThat(Varint.readLong(ByteBuffer.wrap(target))).isEqualTo(value);
        assertThat(Varint.putInt(target, 0, (int) value)).isEqualTo(Varint.sizeOfInt((int) value));
        assertThat(Varint.readInt(ByteBuffer.wrap(target))).isEqualTo((int) value);
      }
    }
    assertThatThrownBy(() -> Varint.readInt(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, 0})))
        .isInstanceOf(MalformedBatchException.class);
    assertThatThrownBy(() -> Varint.readLong(ByteBuffer.wrap(new byte[] {-1, -1})))
        .isInstanceOf(MalformedBatchException.class);
  }

  private static ByteBuffer copyOf(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.limit()).put(bytes.duplicate()).flip();
  }

  private static ByteBuffer twoRecords() {
    BatchBuilder builder = new BatchBuilder(100);
    builder.add(NOW, new byte[] {1}, new byte[] {2}, List.of());
    builder.add(NOW, null, new byte[] {3}, List.of(new Header("h", null)));
    return builder.build();
  }

  private static void assertRefused(ErrorCode code, java.util.function.Consumer<ByteBuffer> change) {
    ByteBuffer bytes = twoRecords();
    change.accept(bytes);
    bytes.putInt(BatchFormat.CRC, BatchFormat.computeCrc(bytes, 0));
    assertThatThrownBy(() -> BatchValidator.checkForAppend(bytes, 0, bytes.limit(), LIMITS, NOW))
        .isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
