package io.ottla.common.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compressed batches come back as they were, and whatever was done to their bytes ends in a refusal (P2, P6). */
class CompressionTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final AppendLimits LIMITS = new AppendLimits(64 * 1024 * 1024, 3_600_000);

  private static ByteBuffer compressed(Compression type, int records) {
    ByteBuffer batch = BatchCompression.recompress(
        RandomRecords.compressible(RandomRecords.list(new Random(5), records)), type);
    assertThat(RecordBatches.verified(batch).getFirst().compression()).isEqualTo(type);
    return batch;
  }

  private static ErrorCode refusal(ByteBuffer batch) {
    try {
      BatchValidator.checkForAppend(batch, 0, batch.limit(), LIMITS, NOW);
    } catch (OttlaException e) {
      return e.code();
    }
    throw new AssertionError("accepted: " + RecordBatches.verified(batch));
  }

  /** The batch with other bytes behind its header, and a checksum that is right. */
  private static ByteBuffer withBody(ByteBuffer header, byte[] body) {
    ByteBuffer batch = ByteBuffer.allocate(BatchFormat.RECORDS + body.length);
    batch.put(0, header, 0, BatchFormat.RECORDS).put(BatchFormat.RECORDS, body);
    batch.putInt(BatchFormat.LENGTH, batch.capacity() - BatchFormat.LENGTH_PREFIX);
    return sealed(batch);
  }

  private static ByteBuffer sealed(ByteBuffer batch) {
    batch.putInt(BatchFormat.CRC, BatchFormat.computeCrc(batch, 0));
    return batch;
  }

  private static byte[] body(ByteBuffer batch) {
    byte[] body = new byte[batch.limit() - BatchFormat.RECORDS];
    batch.get(BatchFormat.RECORDS, body);
    return body;
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
  void recordsComeBackAsTheyWere(Compression type) {
    ByteBuffer plain = RandomRecords.compressible(RandomRecords.list(new Random(1), 400));
    BatchFormat.stamp(plain, 0, 77, 5);
    ByteBuffer packed = BatchCompression.recompress(plain, type);

    assertThat(packed.remaining()).isLessThan(plain.remaining() * 3 / 4);
    assertThat(RecordBatches.records(packed, 0, Long.MAX_VALUE))
        .isEqualTo(RecordBatches.records(plain, 0, Long.MAX_VALUE)).hasSize(400);
    assertThat(BatchCompression.recompress(packed, Compression.NONE)).isEqualTo(plain);
    assertThat(BatchCompression.recompress(packed, type)).isSameAs(packed);
    for (Compression other : List.of(Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD)) {
      ByteBuffer again = BatchCompression.recompress(packed, other);
      assertThat(BatchCompression.recompress(again, Compression.NONE)).isEqualTo(plain);
    }
  }

  @Test
  void aBatchThatWouldGrowStaysAsItIs() {
    byte[] noise = new byte[2_000];
    new Random(1).nextBytes(noise);
    BatchBuilder builder = new BatchBuilder(100);
    builder.add(1, null, noise, List.of());
    assertThat(builder.build(Compression.LZ4)).isEqualTo(builder.build());
    assertThat(builder.build(Compression.NONE)).isEqualTo(builder.build());
    ByteBuffer damaged = builder.build();
    damaged.put(100, (byte) ~damaged.get(100));
    assertThat(BatchCompression.recompress(damaged, Compression.ZSTD)).isSameAs(damaged);
  }

  @Test
  void severalBatchesStaySeveral() {
    ByteBuffer first = RandomRecords.compressible(RandomRecords.list(new Random(1), 50));
    ByteBuffer second = compressed(Compression.GZIP, 30);
    ByteBuffer both = ByteBuffer.allocate(first.remaining() + second.remaining()).put(first.duplicate())
        .put(second.duplicate()).flip();
    List<RecordBatch> batches = RecordBatches.verified(BatchCompression.recompress(both, Compression.ZSTD));
    assertThat(batches).extracting(RecordBatch::count).containsExactly(50, 30);
    assertThat(batches).extracting(RecordBatch::compression).containsOnly(Compression.ZSTD);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
  void bytesThatWereTamperedWithAreRefusedAndNeverDoHarm(Compression type) {
    ByteBuffer sound = compressed(type, 60);
    byte[] body = body(sound);
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] tampered = body.clone();
      switch (i % 4) {
        case 0 -> tampered[random.nextInt(tampered.length)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> tampered = Arrays.copyOf(tampered, random.nextInt(tampered.length));
        case 2 -> {
          byte[] noise = new byte[random.nextInt(40)];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, tampered, random.nextInt(tampered.length - noise.length), noise.length);
        }
        default -> random.nextBytes(tampered);
      }
      ByteBuffer batch = withBody(sound, tampered);
      try {
        BatchValidator.checkForAppend(batch, 0, batch.limit(), LIMITS, NOW);
      } catch (OttlaException e) {
        assertThat(e.code()).isIn(ErrorCode.CORRUPT_BATCH, ErrorCode.RECORD_TOO_LARGE, ErrorCode.INVALID_TIMESTAMP);
        refused++;
      }
    }
    // What is left changed nothing, or only what no checksum of the codec covers, such as letters of a value.
    assertThat(refused).isGreaterThan(1_500);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = {"GZIP", "LZ4", "ZSTD"})
  void aBombIsGivenUpAtTheLimit(Compression type) {
    byte[] zeros = new byte[Compression.MAX_UNCOMPRESSED_BYTES + 1];
    byte[] bomb = RecordCodec.compress(type, zeros, 0, zeros.length);
    assertThat(bomb.length).isLessThan(400_000);
    assertThat(refusal(withBody(compressed(type, 60), bomb))).isEqualTo(ErrorCode.RECORD_TOO_LARGE);

    byte[] atLimit = RecordCodec.compress(type, zeros, 0, 100_000);
    assertThat(RecordCodec.decompress(type, ByteBuffer.wrap(atLimit), 100_000).remaining()).isEqualTo(100_000);
    assertThatThrownBy(() -> RecordCodec.decompress(type, ByteBuffer.wrap(atLimit), 99_999))
        .isInstanceOf(RecordsTooLargeException.class);
  }

  @Test
  void aSnappyBlockThatClaimsToBeHugeIsNotBelieved() {
    byte[] zeros = new byte[100_000];
    byte[] stream = RecordCodec.compress(Compression.SNAPPY, zeros, 0, zeros.length);
    assertThat(RecordCodec.decompress(Compression.SNAPPY, ByteBuffer.wrap(stream), 100_000).remaining())
        .isEqualTo(100_000);
    assertThatThrownBy(() -> RecordCodec.decompress(Compression.SNAPPY, ByteBuffer.wrap(stream), 99_999))
        .isInstanceOf(RecordsTooLargeException.class);
    byte[] liar = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0, 0};
    assertThatThrownBy(() -> RecordCodec.decompress(Compression.SNAPPY, ByteBuffer.wrap(liar), 1_000_000))
        .isInstanceOf(RecordsTooLargeException.class);
  }

  @Test
  void countAndOffsetsOfACompressedBatchAreChecked() {
    ByteBuffer batch = compressed(Compression.ZSTD, 60);
    batch.putInt(BatchFormat.COUNT, 61).putInt(BatchFormat.LAST_OFFSET_DELTA, 60);
    assertThat(refusal(sealed(batch))).isEqualTo(ErrorCode.CORRUPT_BATCH);
    ByteBuffer fewer = compressed(Compression.ZSTD, 60);
    fewer.putInt(BatchFormat.COUNT, 59).putInt(BatchFormat.LAST_OFFSET_DELTA, 58);
    assertThat(refusal(sealed(fewer))).isEqualTo(ErrorCode.CORRUPT_BATCH);
    ByteBuffer late = compressed(Compression.ZSTD, 60);
    late.putLong(BatchFormat.MAX_TIMESTAMP, NOW);
    assertThat(refusal(sealed(late))).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
  }

  @Test
  void codesAndAttributesNobodyDefinedAreRefused() {
    ByteBuffer unknown = compressed(Compression.ZSTD, 60);
    unknown.putShort(BatchFormat.ATTRIBUTES, (short) 6);
    assertThat(refusal(sealed(unknown))).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION);
    assertThatThrownBy(() -> RecordBatches.records(unknown, 0, Long.MAX_VALUE))
        .isInstanceOf(MalformedBatchException.class);
    ByteBuffer horizon = compressed(Compression.ZSTD, 60);
    horizon.putShort(BatchFormat.ATTRIBUTES, (short) (4 | 0x40));
    assertThat(refusal(sealed(horizon))).isEqualTo(ErrorCode.INVALID_REQUEST);
  }
}
