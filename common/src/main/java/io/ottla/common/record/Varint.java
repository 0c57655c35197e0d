package io.ottla.common.record;

import java.nio.ByteBuffer;

/** Zigzag variable-length integers, as records inside a batch use them. Stateless. */
final class Varint {
  /** The most bytes an int takes. */
  static final int MAX_INT_BYTES = 5;
  /** The most bytes a long takes. */
  static final int MAX_LONG_BYTES = 10;

  private Varint() {
  }

  static int sizeOfInt(int value) {
    int zigzag = (value << 1) ^ (value >> 31);
    return (38 - Integer.numberOfLeadingZeros(zigzag | 1)) / 7;
  }

  static int sizeOfLong(long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    return (70 - Long.numberOfLeadingZeros(zigzag | 1)) / 7;
  }

  /** Writes at {@code at} and returns the position after the value. */
  static int putInt(byte[] target, int at, int value) {
    int zigzag = (value << 1) ^ (value >> 31);
    int position = at;
    while ((zigzag & ~0x7F) != 0) {
      target[position++] = (byte) ((zigzag & 0x7F) | 0x80);
      zigzag >>>= 7;
    }
    target[position++] = (byte) zigzag;
    return position;
  }

  /** Writes at {@code at} and returns the position after the value. */
  static int putLong(byte[] target, int at, long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    int position = at;
    while ((zigzag & ~0x7FL) != 0) {
      target[position++] = (byte) ((zigzag & 0x7F) | 0x80);
      zigzag >>>= 7;
    }
    target[position++] = (byte) zigzag;
    return position;
  }

  /** Reads at the buffer's position and moves it. Throws {@link MalformedBatchException} on more bytes than an int has. */
  static int readInt(ByteBuffer source) {
    int zigzag = 0;
    for (int shift = 0; shift < 7 * MAX_INT_BYTES; shift += 7) {
      byte b = nextByte(source);
      zigzag |= (b & 0x7F) << shift;
      if (b >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new MalformedBatchException("a varint is longer than " + MAX_INT_BYTES + " bytes");
  }

  /** Reads at the buffer's position and moves it. Throws {@link MalformedBatchException} on more bytes than a long has. */
  static long readLong(ByteBuffer source) {
    long zigzag = 0;
    for (int shift = 0; shift < 7 * MAX_LONG_BYTES; shift += 7) {
      byte b = nextByte(source);
      zigzag |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new MalformedBatchException("a varlong is longer than " + MAX_LONG_BYTES + " bytes");
  }

  private static byte nextByte(ByteBuffer source) {
    if (!source.hasRemaining()) {
      throw new MalformedBatchException("a varint runs past the end of its batch");
    }
    return source.get();
  }
}
