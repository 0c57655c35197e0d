package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment, big-endian: magic, base index i64, term before it i64, crc of the frame before it i32, crc i32 of all these.
 * What came before a segment is known from the segment alone, so that the chain holds when its predecessors have been dropped (Q33, Q40).
 *
 * @param baseIndex index of the first frame
 * @param termBefore term of the entry before, 0 before the first of all
 * @param crcBefore crc of the frame before; 0 when there was none, also in a log that a snapshot began (Q34)
 */
record SegmentHeader(long baseIndex, long termBefore, int crcBefore) {
  static final int BYTES = 32;
  private static final byte[] MAGIC = "OTTLAML2".getBytes(StandardCharsets.US_ASCII);

  /** The header of the first version: magic, base index, crc i32, four bytes unused. It does not know what came before. */
  private static final byte[] MAGIC_1 = "OTTLAML1".getBytes(StandardCharsets.US_ASCII);
  private static final int BYTES_1 = 24;

  ByteBuffer encode() {
    ByteBuffer header = ByteBuffer.allocate(BYTES).put(MAGIC).putLong(baseIndex).putLong(termBefore).putInt(crcBefore);
    return header.putInt(crc(header.array(), BYTES - 4)).flip();
  }

  /** The header at the beginning of a file's content, null when there is no undamaged one. */
  static @Nullable SegmentHeader decode(byte[] content) {
    if (content.length < BYTES || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(content);
    return bytes.getInt(BYTES - 4) == crc(content, BYTES - 4)
        ? new SegmentHeader(bytes.getLong(8), bytes.getLong(16), bytes.getInt(24))
        : null;
  }

  /**
   * A segment of the first version with a header of this one in front of its frames; null when it is none.
   *
   * @param header what it has to be
   */
  static byte @Nullable [] upgrade(byte[] content, SegmentHeader header) {
    if (content.length < BYTES_1 || !Arrays.equals(content, 0, MAGIC_1.length, MAGIC_1, 0, MAGIC_1.length)) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(content);
    if (bytes.getLong(8) != header.baseIndex() || bytes.getInt(16) != crc(content, 16)) {
      return null;
    }
    return ByteBuffer.allocate(content.length + BYTES - BYTES_1).put(header.encode())
        .put(content, BYTES_1, content.length - BYTES_1).array();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
