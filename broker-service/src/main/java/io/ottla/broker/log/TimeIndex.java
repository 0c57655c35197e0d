package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Which timestamps a segment reaches by which offset. An entry {@code (t, o)} says: the batch whose last offset is {@code o} has the largest
 * timestamp {@code t}, and no record up to {@code o} is later. Entries ascend strictly in both. In the file an entry is the timestamp (i64)
 * and the offset relative to the segment's base (i32), as the field's tools expect.
 *
 * <p>A hint only (P5): whoever follows an entry checks it against the batch, and {@link Segment} rebuilds a file it finds in doubt. Looking
 * up by time is rare, so nothing is kept in memory. One thread changes it, any read: an entry is visible once {@code count} covers it.
 */
final class TimeIndex {
  static final int ENTRY_BYTES = 12;

  /** One entry. */
  record Entry(long timestamp, int relativeOffset) {}

  private final SegmentFile file;
  private volatile int count;
  private long lastTimestamp = -1;

  /** An index over a file of which nothing is trusted yet; follow with {@link #load} or {@link #clear}. */
  TimeIndex(SegmentFile file) {
    this.file = file;
  }

  SegmentFile file() {
    return file;
  }

  /** Number of entries. */
  int count() {
    return count;
  }

  /** Takes the file's entries as far as they ascend and lie below {@code endRelativeOffset}; cuts the rest off. */
  void load(long endRelativeOffset) throws IOException {
    int size = (int) file.size();
    ByteBuffer bytes = ByteBuffer.allocate(size - size % ENTRY_BYTES);
    file.read(bytes, 0);
    bytes.flip();
    int kept = 0;
    long timestamp = -1;
    int offset = -1;
    while ((kept + 1) * ENTRY_BYTES <= bytes.limit()) {
      long nextTimestamp = bytes.getLong(kept * ENTRY_BYTES);
      int nextOffset = bytes.getInt(kept * ENTRY_BYTES + Long.BYTES);
      if (nextTimestamp <= timestamp || nextOffset <= offset || nextOffset >= endRelativeOffset) {
        break;
      }
      timestamp = nextTimestamp;
      offset = nextOffset;
      kept++;
    }
    keep(kept, timestamp);
  }

  private void keep(int entries, long timestampOfLast) throws IOException {
    if (file.size() > (long) entries * ENTRY_BYTES) {
      file.truncate((long) entries * ENTRY_BYTES);
    }
    count = entries;
    lastTimestamp = timestampOfLast;
  }

  /** Uses a sealed segment's file as it is; false if its size alone shows that it is no index. */
  boolean attach() throws IOException {
    long size = file.size();
    count = (int) (size / ENTRY_BYTES);
    return size % ENTRY_BYTES == 0;
  }

  /** Empties the file. */
  void clear() throws IOException {
    keep(0, -1);
  }

  /** Adds an entry if its timestamp is later than the last one's. */
  void advance(long timestamp, int relativeOffset) throws IOException {
    if (timestamp > lastTimestamp) {
      int used = count;
      file.append(ByteBuffer.allocate(ENTRY_BYTES).putLong(timestamp).putInt(relativeOffset).flip());
      lastTimestamp = timestamp;
      count = used + 1;
    }
  }

  /** Like {@link #advance}, but does without the entry on a full disk: an append is being taken back, and may not fail for a hint. */
  void advanceIfThereIsRoom(long timestamp, int relativeOffset) throws IOException {
    try {
      advance(timestamp, relativeOffset);
    } catch (StorageFullException e) {
      file.truncate((long) count * ENTRY_BYTES);
    }
  }

  void force() throws IOException {
    file.force();
  }

  void close() throws IOException {
    file.close();
  }

  /** Number of entries with a timestamp below this one. */
  int countBefore(long timestamp) throws IOException {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entry(middle).timestamp() < timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The i-th entry. */
  Entry entry(int i) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
    file.read(bytes, (long) i * ENTRY_BYTES);
    return new Entry(bytes.getLong(0), bytes.getInt(Long.BYTES));
  }
}
