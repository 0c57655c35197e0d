package io.ottla.controller.storage;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where each entry is, with its term, in memory; and the newest entries themselves, up to a limit in bytes. Every method is synchronized and
 * short: no I/O happens under this lock.
 */
final class LogIndex {
  private final long firstIndex;
  private final long cacheBytes;
  private int count;
  private long[] terms = new long[64];
  private long[] positions = new long[64];
  private int[] sizes = new int[64];
  private int[] crcs = new int[64];
  private @Nullable LogEntry[] cached = new @Nullable LogEntry[64];
  private int cacheStart;
  private long cachedBytes;

  LogIndex(long firstIndex, long cacheBytes) {
    this.firstIndex = firstIndex;
    this.cacheBytes = cacheBytes;
  }

  long firstIndex() {
    return firstIndex;
  }

  synchronized long lastIndex() {
    return firstIndex + count - 1;
  }

  synchronized long termAt(long index) {
    if (index == firstIndex - 1) {
      return 0;
    }
    return terms[slot(index)];
  }

  synchronized int crcAt(long index) {
    return index == firstIndex - 1 ? 0 : crcs[slot(index)];
  }

  synchronized long positionOf(long index) {
    return positions[slot(index)];
  }

  synchronized void add(LogEntry entry, long position, int size, int crc) {
    if (count == terms.length) {
      grow();
    }
    terms[count] = entry.term();
    positions[count] = position;
    sizes[count] = size;
    crcs[count] = crc;
    cached[count] = entry;
    count++;
    cachedBytes += size;
    while (cachedBytes > cacheBytes && cacheStart < count - 1) {
      cachedBytes -= sizes[cacheStart];
      cached[cacheStart] = null;
      cacheStart++;
    }
  }

  synchronized void truncateFrom(long index) {
    int slot = slot(index);
    for (int i = slot; i < count; i++) {
      if (cached[i] != null) {
        cachedBytes -= sizes[i];
        cached[i] = null;
      }
    }
    count = slot;
    cacheStart = Math.min(cacheStart, count);
  }

  /** Entries from an index on: in memory, or where they are on disk. */
  synchronized List<Located> locate(long fromIndex, int maxEntries, int maxBytes) {
    if (fromIndex < firstIndex || fromIndex > lastIndex() + 1) {
      throw new IndexOutOfBoundsException("index " + fromIndex + " outside " + firstIndex + ".." + lastIndex());
    }
    List<Located> found = new ArrayList<>();
    long bytes = 0;
    for (int i = (int) (fromIndex - firstIndex); i < count && found.size() < maxEntries; i++) {
      bytes += sizes[i] - Frame.HEADER_BYTES + LogEntry.OVERHEAD_BYTES;
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(new Located(firstIndex + i, positions[i], sizes[i], cached[i]));
    }
    return found;
  }

  private int slot(long index) {
    if (index < firstIndex || index > lastIndex()) {
      throw new IndexOutOfBoundsException("index " + index + " outside " + firstIndex + ".." + lastIndex());
    }
    return (int) (index - firstIndex);
  }

  private void grow() {
    int size = terms.length * 2;
    terms = Arrays.copyOf(terms, size);
    positions = Arrays.copyOf(positions, size);
    sizes = Arrays.copyOf(sizes, size);
    crcs = Arrays.copyOf(crcs, size);
    cached = Arrays.copyOf(cached, size);
  }

  /**
   * Where an entry is.
   *
   * @param position of its frame in its segment's file
   * @param size of its frame
   * @param entry the entry, when it is still in memory
   */
  record Located(long index, long position, int size, @Nullable LogEntry entry) {}
}
