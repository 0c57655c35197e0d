package io.ottla.broker.log;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The newest offset of each key in a stretch of a log, as far as memory allows. Keys are held whole: a hash that two keys share would make
 * the older one's record disappear. One thread.
 */
final class LatestOffsets {
  /** Map entry, boxed offset, buffer and array header. */
  private static final int BYTES_PER_KEY = 160;

  private final long memoryBytes;
  private final Map<ByteBuffer, Long> offsets = new HashMap<>();
  private long usedBytes;

  LatestOffsets(long memoryBytes) {
    this.memoryBytes = memoryBytes;
  }

  /** Whether nothing more fits. */
  boolean isFull() {
    return usedBytes >= memoryBytes;
  }

  void put(byte[] key, long offset) {
    if (offsets.put(ByteBuffer.wrap(key), offset) == null) {
      usedBytes += BYTES_PER_KEY + key.length;
    }
  }

  /** The key's newest offset, -1 if it was not seen. */
  long get(byte[] key) {
    return offsets.getOrDefault(ByteBuffer.wrap(key), -1L);
  }
}
