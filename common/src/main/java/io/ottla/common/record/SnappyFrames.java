package io.ottla.common.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/**
 * Reads what the Java library's stream writes: a header of 16 bytes, then blocks, each with its length before it. Streams may follow one
 * another. Other writers leave the header out and send one block. The library's own stream allocates whatever a block claims to become;
 * here the claim is checked first. Stateless.
 */
final class SnappyFrames {
  private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
  private static final int HEADER_BYTES = MAGIC.length + 2 * Integer.BYTES;

  private SnappyFrames() {
  }

  static ByteBuffer decompress(byte[] source, int limit) throws IOException {
    byte[] target = new byte[0];
    int length = 0;
    if (!startsStream(source, 0)) {
      return ByteBuffer.wrap(block(source, 0, source.length, target, 0, limit));
    }
    int at = 0;
    while (at < source.length) {
      if (startsStream(source, at)) {
        at += HEADER_BYTES;
        continue;
      }
      if (source.length - at < Integer.BYTES) {
        throw new IOException("block length is cut");
      }
      int size = ByteBuffer.wrap(source).getInt(at);
      at += Integer.BYTES;
      if (size < 0 || size > source.length - at) {
        throw new IOException("block of " + size + " bytes in the last " + (source.length - at));
      }
      int before = length;
      target = block(source, at, size, target, before, limit);
      length = before + Snappy.uncompressedLength(source, at, size);
      at += size;
    }
    return ByteBuffer.wrap(target, 0, length).slice();
  }

  private static boolean startsStream(byte[] source, int at) {
    return source.length - at >= HEADER_BYTES && Arrays.equals(source, at, at + MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** The target with the block's bytes from {@code length} on. */
  private static byte[] block(byte[] source, int at, int size, byte[] target, int length, int limit)
      throws IOException {
    int more = Snappy.uncompressedLength(source, at, size);
    if (more < 0 || more > limit - length) {
      throw RecordCodec.tooLarge(limit);
    }
    byte[] grown = target;
    if (length + more > target.length) {
      grown = Arrays.copyOf(target, length == 0 ? more : (int) Math.min(limit, Math.max(length + more, 2L * length)));
    }
    int made = Snappy.uncompress(source, at, size, grown, length);
    if (made != more) {
      throw new IOException("block made " + made + " bytes instead of " + more);
    }
    return grown;
  }
}
