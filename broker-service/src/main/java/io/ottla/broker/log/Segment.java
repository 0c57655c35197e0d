package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.record.BatchFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A run of batches in one file, with its indexes. The appending thread changes it; readers go only as far as the log has published.
 */
final class Segment {
  /** No record has a timestamp. */
  static final long NO_TIMESTAMP = -1;

  private final long baseOffset;
  private final SegmentFile file;
  private final OffsetIndex index;
  private final TimeIndex times;
  private volatile int size;
  private volatile long nextOffset;
  private volatile long largestTimestamp = NO_TIMESTAMP;
  private long offsetOfLargest;
  private int bytesSinceIndexEntry;
  /** Largest timestamp of the first batch; known once it was asked for. */
  private @Nullable Long firstTimestamp;

  /** A segment whose content is known: {@code size} bytes of batches that end at {@code nextOffset}. */
  private Segment(long baseOffset, SegmentFile file, OffsetIndex index, TimeIndex times, int size, long nextOffset) {
    this.baseOffset = baseOffset;
    this.file = file;
    this.index = index;
    this.times = times;
    this.size = size;
    this.nextOffset = nextOffset;
    this.offsetOfLargest = baseOffset;
  }

  /** Makes an empty segment; the directory is to be forced by the caller before use. */
  static Segment create(PartitionDirectory directory, long baseOffset) throws IOException {
    return create(directory, baseOffset, "");
  }

  /** Makes an empty segment whose files' names have a suffix. */
  static Segment create(PartitionDirectory directory, long baseOffset, String suffix) throws IOException {
    Segment segment = open(directory, baseOffset, suffix);
    try {
      if (segment.size > 0) {
        // Left by a roll that was undone: nothing in it was ever part of the log.
        segment.size = 0;
        segment.file.truncate(0);
        segment.file.force();
      }
      segment.index.clear();
      segment.times.clear();
      return segment;
    } catch (IOException e) {
      segment.close();
      throw e;
    }
  }

  /** Opens the files of a segment that exists; nothing of it is checked yet. */
  static Segment open(PartitionDirectory directory, long baseOffset) throws IOException {
    return open(directory, baseOffset, "");
  }

  private static Segment open(PartitionDirectory directory, long baseOffset, String suffix) throws IOException {
    SegmentFile file = directory.open(SegmentNames.log(baseOffset) + suffix);
    OffsetIndex index = null;
    try {
      long size = file.size();
      if (size > Integer.MAX_VALUE) {
        throw new IOException(file.name() + " has " + size + " bytes, more than a segment can");
      }
      index = new OffsetIndex(directory.open(SegmentNames.index(baseOffset) + suffix));
      TimeIndex times = new TimeIndex(directory.open(SegmentNames.timeIndex(baseOffset) + suffix));
      return new Segment(baseOffset, file, index, times, (int) size, baseOffset);
    } catch (IOException e) {
      file.close();
      if (index != null) {
        index.close();
      }
      throw e;
    }
  }

  long baseOffset() {
    return baseOffset;
  }

  /** Offset after the last record. */
  long nextOffset() {
    return nextOffset;
  }

  /** Bytes of batches. */
  int size() {
    return size;
  }

  SegmentFile file() {
    return file;
  }

  OffsetIndex index() {
    return index;
  }

  /** Largest timestamp of all records, {@link #NO_TIMESTAMP} if none has one. */
  long largestTimestamp() {
    return largestTimestamp;
  }

  /** Whether an index takes this many bytes already (P4). The appending thread only. */
  boolean hasFullIndex(int maxBytes) {
    return index.count() >= Math.max(1, maxBytes / OffsetIndex.ENTRY_BYTES)
        || times.count() >= Math.max(1, maxBytes / TimeIndex.ENTRY_BYTES);
  }

  /** Largest timestamp of the first batch, which there must be. The appending thread only. */
  long firstTimestamp() throws IOException {
    Long known = firstTimestamp;
    if (known == null) {
      BatchWalk walk = new BatchWalk(file, 0, size);
      if (!walk.next()) {
        throw new IOException("no batch at the start of " + file.name() + ": " + walk.problem());
      }
      known = walk.maxTimestamp();
      firstTimestamp = known;
    }
    return known;
  }

  /** Whether so many more bytes of batches, ending at this offset, still belong here (P4). */
  boolean hasRoomFor(long moreBytes, long lastOffset, int segmentBytes) {
    return lastOffset - baseOffset <= Integer.MAX_VALUE && size + moreBytes <= segmentBytes;
  }

  // ---- appending

  /** Writes whole batches, from position to limit, at the end, and returns their number. After an exception the caller truncates. */
  int append(ByteBuffer batches, int indexIntervalBytes) throws IOException {
    int start = size;
    int from = batches.position();
    int to = batches.limit();
    file.append(batches.duplicate());
    int at = from;
    int count = 0;
    long last = nextOffset - 1;
    while (at < to) {
      last = BatchFormat.lastOffset(batches, at);
      indexBatch(last, latestRecord(batches, at), start + (at - from),
          BatchFormat.sizeInBytes(batches, at), indexIntervalBytes);
      at += BatchFormat.sizeInBytes(batches, at);
      count++;
    }
    size = start + (to - from);
    nextOffset = last + 1;
    return count;
  }

  /**
   * Largest timestamp of the records of the batch at {@code at}, {@link #NO_TIMESTAMP} if it has none: a header that stayed for its producer
   * (P38) still says when that wrote, but there is nothing to find at that time.
   */
  static long latestRecord(ByteBuffer buffer, int at) {
    return BatchFormat.count(buffer, at) == 0 ? NO_TIMESTAMP : BatchFormat.maxTimestamp(buffer, at);
  }

  /** Notes the batch's timestamp, and gives the batch index entries if the last ones are far enough back. */
  void indexBatch(long lastOffset, long latestRecord, int position, int batchBytes, int indexIntervalBytes)
      throws IOException {
    noteTimestamp(latestRecord, lastOffset);
    if (bytesSinceIndexEntry > indexIntervalBytes) {
      index.append((int) (lastOffset - baseOffset), position);
      times.advance(largestTimestamp, (int) (offsetOfLargest - baseOffset));
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += batchBytes;
  }

  private void noteTimestamp(long timestamp, long lastOffset) {
    if (timestamp > largestTimestamp) {
      largestTimestamp = timestamp;
      offsetOfLargest = lastOffset;
    }
  }

  /** Gives the time index its last entry, the segment's largest timestamp, before {@link #seal}. */
  void completeTimes() throws IOException {
    times.advance(largestTimestamp, (int) (offsetOfLargest - baseOffset));
  }

  /** Forces data and indexes for good: the next segment takes over (P4). */
  void seal() throws IOException {
    file.force();
    index.seal();
    times.force();
  }

  /** Forces the indexes, which {@link SegmentFile#force} of the data leaves out. */
  void forceIndexes() throws IOException {
    index.force();
    times.force();
  }

  /** Cuts to {@code newSize} bytes that end at {@code newNextOffset}; durable on return. */
  void truncate(int newSize, long newNextOffset, int indexIntervalBytes) throws IOException {
    index.load(newSize);
    nextOffset = newNextOffset;
    size = newSize;
    firstTimestamp = null;
    file.truncate(newSize);
    file.force();
    restoreTimes(newSize, newNextOffset, indexIntervalBytes);
    int entries = index.count();
    bytesSinceIndexEntry = newSize - (entries == 0 ? 0 : OffsetIndex.position(index.entry(entries - 1)));
  }

  // ---- looking up

  /** A walk that has found the batch that holds {@code offset}, or has ended; {@code end} is the published end of the segment. */
  BatchWalk walkTo(long offset, int end) throws IOException {
    int entries = index.countUpToOffset(offset - baseOffset);
    // A wrong entry is ignored: it is only a hint (P5).
    BatchWalk indexed = entries == 0 ? null : walkAt(index.entry(entries - 1), end);
    if (indexed != null) {
      return advance(indexed, offset);
    }
    BatchWalk walk = new BatchWalk(file, 0, end);
    walk.next();
    return advance(walk, offset);
  }

  private static BatchWalk advance(BatchWalk walk, long offset) throws IOException {
    while (walk.size() > 0 && walk.lastOffset() < offset) {
      if (!walk.next()) {
        break;
      }
    }
    return walk;
  }

  /**
   * A walk at an indexed batch that lies wholly below {@code limitOffset} and begins at or before {@code position}, the last such; null if
   * the index knows none.
   */
  @Nullable
  BatchWalk walkAhead(long limitOffset, long position, int end) throws IOException {
    int entries = Math.min(index.countUpToOffset(limitOffset - 1 - baseOffset), index.countUpToPosition(position));
    return entries == 0 ? null : walkAt(index.entry(entries - 1), end);
  }

  /** A walk at the batch of an index entry, or null if the entry is wrong. */
  @Nullable
  BatchWalk walkAt(long entry, int end) throws IOException {
    if (OffsetIndex.position(entry) < 0 || OffsetIndex.position(entry) >= end) {
      return null;
    }
    BatchWalk walk = new BatchWalk(file, OffsetIndex.position(entry), end);
    boolean sound = walk.next() && walk.lastOffset() == baseOffset + OffsetIndex.relativeOffset(entry);
    return sound ? walk : null;
  }

  /** A walk at or before the first batch that has a timestamp of at least {@code timestamp}; not moved to any batch if there is none. */
  BatchWalk walkToTimestamp(long timestamp, int end) throws IOException {
    int entries = times.countBefore(timestamp);
    BatchWalk walk = entries == 0 ? null : walkAt(times.entry(entries - 1), end);
    if (walk == null) {
      walk = new BatchWalk(file, 0, end);
      walk.next();
    }
    return walk;
  }

  /** A walk at the batch of a time index entry, or null if the entry is wrong. */
  private @Nullable BatchWalk walkAt(TimeIndex.Entry entry, int end) throws IOException {
    long offset = baseOffset + entry.relativeOffset();
    BatchWalk walk = walkTo(offset, end);
    boolean sound = walk.size() > 0 && walk.lastOffset() == offset && walk.latestRecord() == entry.timestamp();
    return sound ? walk : null;
  }

  // ---- recovery

  /** Takes over the state a scan found; the offset index has been brought in line. */
  void recovered(int newSize, long newNextOffset) {
    size = newSize;
    nextOffset = newNextOffset;
  }

  /** Makes the offset index of a sealed segment anew from the batch headers, as far as they are sound; durable on return. */
  void rebuildOffsetIndex(int indexIntervalBytes) throws IOException {
    index.clear();
    BatchWalk walk = new BatchWalk(file, 0, size);
    int bytes = 0;
    while (walk.next()) {
      if (bytes > indexIntervalBytes) {
        index.append((int) (walk.lastOffset() - baseOffset), (int) walk.position());
        bytes = 0;
      }
      bytes += walk.size();
    }
    index.seal();
  }

  /**
   * Prepares for {@link #indexBatch} of the batch at {@code position}, which is the start or one with an entry in the offset index; later
   * entries are gone from that already.
   *
   * @return whether the time index was sound
   */
  boolean resumeIndexing(int position, long offset, int indexIntervalBytes) throws IOException {
    bytesSinceIndexEntry = 0;
    return restoreTimes(position, offset, indexIntervalBytes);
  }

  /**
   * Brings the time index in line with the first {@code end} bytes, which end at {@code endOffset}. Its file may lag behind those of batches
   * and offsets, so the batches behind its last entry are looked at; if that entry contradicts the batches, all of it is made anew (P5).
   *
   * @return whether what it had could be kept
   */
  private boolean restoreTimes(int end, long endOffset, int indexIntervalBytes) throws IOException {
    times.load(endOffset - baseOffset);
    largestTimestamp = NO_TIMESTAMP;
    offsetOfLargest = baseOffset;
    BatchWalk walk = times.count() == 0 ? null : walkAt(times.entry(times.count() - 1), end);
    boolean kept = walk != null;
    if (walk == null) {
      times.clear();
      walk = new BatchWalk(file, 0, end);
    }
    int bytes = 0;
    boolean more = kept || walk.next();
    while (more) {
      noteTimestamp(walk.latestRecord(), walk.lastOffset());
      if (bytes > indexIntervalBytes) {
        times.advanceIfThereIsRoom(largestTimestamp, (int) (offsetOfLargest - baseOffset));
        bytes = 0;
      }
      bytes += walk.size();
      more = walk.next();
    }
    return kept || times.count() == 0;
  }

  /**
   * Takes the time index of a sealed segment as it is if its last entry is true and no batch behind it is later: a lost entry would hide
   * records from lookups and let retention take them too early. Otherwise makes it anew.
   *
   * @return whether it was sound
   */
  boolean attachTimes(int indexIntervalBytes) throws IOException {
    if (size == 0 || (times.attach() && times.count() > 0 && isLastTimeTrue())) {
      return true;
    }
    times.clear();
    restoreTimes(size, nextOffset, indexIntervalBytes);
    completeTimes();
    times.force();
    return largestTimestamp == NO_TIMESTAMP;
  }

  private boolean isLastTimeTrue() throws IOException {
    TimeIndex.Entry last = times.entry(times.count() - 1);
    BatchWalk walk = walkAt(last, size);
    if (walk == null) {
      return false;
    }
    noteTimestamp(last.timestamp(), baseOffset + last.relativeOffset());
    while (walk.next()) {
      if (walk.latestRecord() > last.timestamp()) {
        return false;
      }
    }
    return true;
  }

  // ---- end

  void close() throws IOException {
    try {
      file.close();
    } finally {
      try {
        index.close();
      } finally {
        times.close();
      }
    }
  }

  /** Renames the files, so that no start takes them for the log's; they stay readable. */
  void retire() throws IOException {
    renameTo(SegmentNames.DELETED_SUFFIX);
  }

  /** Gives the files their names with another suffix, the indexes before the data. */
  void renameTo(String suffix) throws IOException {
    index.file().renameTo(SegmentNames.index(baseOffset) + suffix);
    times.file().renameTo(SegmentNames.timeIndex(baseOffset) + suffix);
    file.renameTo(SegmentNames.log(baseOffset) + suffix);
  }

  /** Closes and removes all files, whatever their names are now. */
  void delete(PartitionDirectory directory) throws IOException {
    close();
    directory.delete(file.name());
    directory.delete(index.file().name());
    directory.delete(times.file().name());
  }
}
