package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Sparse index of one segment: for some batches, the last offset and the position. A hint only (P5): whoever follows an entry checks the batch
 * it points to. In the file an entry is the offset relative to the segment's base and the position, both i32, as the field's tools expect.
 *
 * <p>The index of the active segment is kept in memory as well; a sealed one is searched in its file. One thread changes it, any read: an
 * entry is visible once {@code count} covers it.
 */
final class OffsetIndex {
  static final int ENTRY_BYTES = 8;
  private static final long[] NONE = {};

  private final SegmentFile file;
  private volatile long[] entries = NONE;
  private volatile int count;
  private volatile boolean inMemory;

  /** An index over a file of which nothing is trusted yet; follow with {@link #load} or {@link #clear}. */
  OffsetIndex(SegmentFile file) {
    this.file = file;
  }

  SegmentFile file() {
    return file;
  }

  /** Number of entries. */
  int count() {
    return count;
  }

  /** Relative last offset of the entry's batch. */
  static int relativeOffset(long entry) {
    return (int) (entry >> 32);
  }

  /** Position of the entry's batch. */
  static int position(long entry) {
    return (int) entry;
  }

  /**
   * Reads the file into memory as far as its entries ascend and lie within {@code segmentSize}; cuts the rest off.
   *
   * @return whether all of the file made sense
   */
  boolean load(int segmentSize) throws IOException {
    int size = (int) file.size();
    ByteBuffer bytes = ByteBuffer.allocate(size - size % ENTRY_BYTES);
    file.read(bytes, 0);
    bytes.flip();
    long[] loaded = new long[bytes.limit() / ENTRY_BYTES];
    int sound = 0;
    long previous = -1;
    while (sound < loaded.length) {
      long entry = bytes.getLong(sound * ENTRY_BYTES);
      boolean ascends = relativeOffset(entry) >= 0 && position(entry) >= 0 && position(entry) < segmentSize
          && (previous < 0 || follows(entry, previous));
      if (!ascends) {
        break;
      }
      loaded[sound++] = entry;
      previous = entry;
    }
    entries = loaded;
    count = sound;
    inMemory = true;
    boolean whole = sound * ENTRY_BYTES == size;
    if (!whole) {
      file.truncate((long) sound * ENTRY_BYTES);
    }
    return whole;
  }

  private static boolean follows(long entry, long previous) {
    return relativeOffset(entry) > relativeOffset(previous) && position(entry) > position(previous);
  }

  /** Uses a sealed segment's file as it is; false if its size alone shows that it is no index. */
  boolean attach() throws IOException {
    long size = file.size();
    count = (int) (size / ENTRY_BYTES);
    inMemory = false;
    return size % ENTRY_BYTES == 0;
  }

  /** Empties memory and file. */
  void clear() throws IOException {
    file.truncate(0);
    entries = NONE;
    count = 0;
    inMemory = true;
  }

  void append(int relativeOffset, int position) throws IOException {
    long entry = (long) relativeOffset << 32 | position;
    long[] current = entries;
    int used = count;
    if (used == current.length) {
      current = Arrays.copyOf(current, Math.max(16, current.length * 2));
    }
    current[used] = entry;
    entries = current;
    file.append(ByteBuffer.allocate(ENTRY_BYTES).putLong(entry).flip());
    count = used + 1;
  }

  /** Keeps the first {@code keep} entries. */
  void truncate(int keep) throws IOException {
    if (file.size() > (long) keep * ENTRY_BYTES) {
      file.truncate((long) keep * ENTRY_BYTES);
    }
    count = Math.min(count, keep);
  }

  /** Makes the file durable and forgets the copy in memory: the segment is rolled. */
  void seal() throws IOException {
    file.force();
    inMemory = false;
    entries = NONE;
  }

  void force() throws IOException {
    file.force();
  }

  void close() throws IOException {
    file.close();
  }

  /** Number of entries of batches whose last offset is at most {@code relativeOffset}. */
  int countUpToOffset(long relativeOffset) throws IOException {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (relativeOffset(entry(middle)) <= relativeOffset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Number of entries of batches that begin at or before {@code position}. */
  int countUpToPosition(long position) throws IOException {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (position(entry(middle)) <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The i-th entry; take it apart with {@link #relativeOffset} and {@link #position}. */
  long entry(int i) throws IOException {
    long[] snapshot = entries;
    if (inMemory && i < snapshot.length) {
      return snapshot[i];
    }
    ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
    file.read(bytes, (long) i * ENTRY_BYTES);
    return bytes.getLong(0);
  }
}
