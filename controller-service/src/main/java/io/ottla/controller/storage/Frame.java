package io.ottla.controller.storage;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One entry on disk (Q43), big-endian: length i32 (of the whole frame), crc i32 (CRC32C of length and all that follows the crc), index i64,
 * term i64, type i8, prevCrc i32 (crc of the frame before, so that a stale suffix is recognised, Q40), durableAtWrite i64 (what the writer
 * knew to be forced), payload.
 */
record Frame(LogEntry entry, int crc, int prevCrc, long durableAtWrite) {
  static final int HEADER_BYTES = 4 + 4 + 8 + 8 + 1 + 4 + 8;
  static final int MAX_BYTES = 64 * 1024 * 1024;

  int sizeInBytes() {
    return HEADER_BYTES + entry.payload().length;
  }

  /** Encodes at the buffer's position and returns the frame's crc, which the next frame repeats. */
  static int encode(LogEntry entry, int prevCrc, long durableAtWrite, ByteBuffer into) {
    int start = into.position();
    int length = HEADER_BYTES + entry.payload().length;
    into.putInt(length).putInt(0).putLong(entry.index()).putLong(entry.term()).put((byte) entry.type().code())
        .putInt(prevCrc).putLong(durableAtWrite).put(entry.payload());
    int crc = crc(into, start, length);
    into.putInt(start + 4, crc);
    return crc;
  }

  /** The frame at a position, or null when no whole, undamaged frame begins there. */
  static @Nullable Frame decode(ByteBuffer bytes, int start) {
    if (bytes.limit() - start < HEADER_BYTES) {
      return null;
    }
    int length = bytes.getInt(start);
    if (length < HEADER_BYTES || length > MAX_BYTES || length > bytes.limit() - start) {
      return null;
    }
    int crc = bytes.getInt(start + 4);
    long index = bytes.getLong(start + 8);
    long term = bytes.getLong(start + 16);
    if (index < 1 || term < 1 || crc != crc(bytes, start, length)) {
      return null;
    }
    byte[] payload = new byte[length - HEADER_BYTES];
    bytes.get(start + HEADER_BYTES, payload);
    LogEntry entry = new LogEntry(index, term, EntryType.ofCode(bytes.get(start + 24)), payload);
    return new Frame(entry, crc, bytes.getInt(start + 25), bytes.getLong(start + 29));
  }

  private static int crc(ByteBuffer bytes, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(start, 4));
    crc.update(bytes.slice(start + 8, length - 8));
    return (int) crc.getValue();
  }
}
