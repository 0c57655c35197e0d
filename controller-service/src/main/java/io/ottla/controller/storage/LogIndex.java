package io.ottla.controller.storage;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments, where each entry is in them, and its term, in memory; and the newest entries themselves, up to a limit in bytes. Every method
 * is synchronized and short: no I/O happens under this lock, and readers see every change of the log at once or not at all.
 */
final class LogIndex {
  private final long cacheBytes;
  private final List<Segment> segments = new ArrayList<>();
  private long firstIndex = 1;
  private long termBefore;
  private int crcBefore;
  private int count;
  private long[] terms = new long[64];
  private long[] positions = new long[64];
  private int[] sizes = new int[64];
  private int[] crcs = new int[64];
  private @Nullable LogEntry[] cached = new @Nullable LogEntry[64];
  private int cacheStart;
  private long cachedBytes;

  LogIndex(long cacheBytes) {
    this.cacheBytes = cacheBytes;
  }

  /** Begins anew with one segment without entries; returns the segments there were. */
  synchronized List<Segment> start(Segment first, SegmentHeader header) {
    List<Segment> removed = List.copyOf(segments);
    segments.clear();
    segments.add(first);
    firstIndex = header.baseIndex();
    termBefore = header.termBefore();
    crcBefore = header.crcBefore();
    Arrays.fill(cached, 0, count, null);
    count = 0;
    cacheStart = 0;
    cachedBytes = 0;
    return removed;
  }

  synchronized void addSegment(Segment segment) {
    segments.add(segment);
  }

  synchronized Segment lastSegment() {
    return segments.getLast();
  }

  /** Oldest first. */
  synchronized List<Segment> segments() {
    return List.copyOf(segments);
  }

  /** What the header of a segment says that follows the last entry. */
  synchronized SegmentHeader nextHeader() {
    long last = lastIndex();
    return new SegmentHeader(last + 1, termAt(last), crcAt(last));
  }

  synchronized long firstIndex() {
    return firstIndex;
  }

  synchronized long lastIndex() {
    return firstIndex + count - 1;
  }

  synchronized long termAt(long index) {
    return index == firstIndex - 1 ? termBefore : terms[slot(index)];
  }

  synchronized int crcAt(long index) {
    return index == firstIndex - 1 ? crcBefore : crcs[slot(index)];
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

  /** Forgets an entry and all after it; returns the segments that begin after it, newest first. */
  synchronized List<Segment> truncateFrom(long index) {
    int slot = slot(index);
    uncache(slot, count);
    count = slot;
    cacheStart = Math.min(cacheStart, count);
    List<Segment> removed = new ArrayList<>();
    while (segments.getLast().baseIndex() > index) {
      removed.add(segments.removeLast());
    }
    return removed;
  }

  /** Forgets whole segments without entries after this one, but never the last segment; returns them, oldest first. */
  synchronized List<Segment> dropPrefix(long lastDropped) {
    List<Segment> removed = new ArrayList<>();
    while (segments.size() > 1 && segments.get(1).baseIndex() <= lastDropped + 1) {
      removed.add(segments.removeFirst());
    }
    int dropped = Math.toIntExact(segments.getFirst().baseIndex() - firstIndex);
    if (dropped > 0) {
      termBefore = terms[dropped - 1];
      crcBefore = crcs[dropped - 1];
      uncache(0, dropped);
      shift(dropped);
      firstIndex += dropped;
    }
    return removed;
  }

  private void shift(int dropped) {
    int kept = count - dropped;
    System.arraycopy(terms, dropped, terms, 0, kept);
    System.arraycopy(positions, dropped, positions, 0, kept);
    System.arraycopy(sizes, dropped, sizes, 0, kept);
    System.arraycopy(crcs, dropped, crcs, 0, kept);
    System.arraycopy(cached, dropped, cached, 0, kept);
    Arrays.fill(cached, kept, count, null);
    count = kept;
    cacheStart = Math.max(0, cacheStart - dropped);
  }

  private void uncache(int from, int to) {
    for (int i = from; i < to; i++) {
      if (cached[i] != null) {
        cachedBytes -= sizes[i];
        cached[i] = null;
      }
    }
  }

  /** The segment that holds an entry, or will. */
  synchronized Segment segmentOf(long index) {
    return segments.get(slotOfSegment(index));
  }

  /** Entries from an index on: in memory, or where they are on disk. */
  synchronized List<Located> locate(long fromIndex, int maxEntries, int maxBytes) {
    if (fromIndex < firstIndex || fromIndex > lastIndex() + 1) {
      throw new IndexOutOfBoundsException("index " + fromIndex + " outside " + firstIndex + ".." + lastIndex());
    }
    List<Located> found = new ArrayList<>();
    int segment = slotOfSegment(fromIndex);
    long bytes = 0;
    for (int i = (int) (fromIndex - firstIndex); i < count && found.size() < maxEntries; i++) {
      bytes += sizes[i] - Frame.HEADER_BYTES + LogEntry.OVERHEAD_BYTES;
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      if (segment + 1 < segments.size() && segments.get(segment + 1).baseIndex() <= firstIndex + i) {
        segment++;
      }
      found.add(new Located(firstIndex + i, segments.get(segment), positions[i], sizes[i], cached[i]));
    }
    return found;
  }

  private int slotOfSegment(long index) {
    int at = segments.size() - 1;
    while (at > 0 && segments.get(at).baseIndex() > index) {
      at--;
    }
    return at;
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
   * @param segment where its frame is
   * @param position of its frame in the segment's file
   * @param size of its frame
   * @param entry the entry, when it is still in memory
   */
  record Located(long index, Segment segment, long position, int size, @Nullable LogEntry entry) {}
}
