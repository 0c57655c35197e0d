package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.record.BatchFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A run of batches in one file, with its index. The appending thread changes it; readers go only as far as the log has published.
 */
final class Segment {
  private final long baseOffset;
  private final SegmentFile file;
  private final OffsetIndex index;
  private volatile int size;
  private volatile long nextOffset;
  private int bytesSinceIndexEntry;

  /** A segment whose content is known: {@code size} bytes of batches that end at {@code nextOffset}. */
  Segment(long baseOffset, SegmentFile file, OffsetIndex index, int size, long nextOffset) {
    this.baseOffset = baseOffset;
    this.file = file;
    this.index = index;
    this.size = size;
    this.nextOffset = nextOffset;
  }

  /** Makes an empty segment; the directory is to be forced by the caller before use. */
  static Segment create(PartitionDirectory directory, long baseOffset) throws IOException {
    SegmentFile file = directory.open(SegmentNames.log(baseOffset));
    try {
      if (file.size() > 0) {
        // Left by a roll that was undone: nothing in it was ever part of the log.
        file.truncate(0);
        file.force();
      }
      OffsetIndex index = new OffsetIndex(directory.open(SegmentNames.index(baseOffset)));
      index.clear();
      return new Segment(baseOffset, file, index, 0, baseOffset);
    } catch (IOException e) {
      file.close();
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

  /** Whether so many more bytes of batches, ending at this offset, still belong here (P4). */
  boolean hasRoomFor(long moreBytes, long lastOffset, int segmentBytes) {
    return lastOffset - baseOffset <= Integer.MAX_VALUE && size + moreBytes <= segmentBytes;
  }

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
      indexBatch(last, start + (at - from), BatchFormat.sizeInBytes(batches, at), indexIntervalBytes);
      at += BatchFormat.sizeInBytes(batches, at);
      count++;
    }
    size = start + (to - from);
    nextOffset = last + 1;
    return count;
  }

  /** Gives the batch an index entry if the last one is far enough back. */
  void indexBatch(long lastOffset, int position, int batchBytes, int indexIntervalBytes) throws IOException {
    if (bytesSinceIndexEntry > indexIntervalBytes) {
      index.append((int) (lastOffset - baseOffset), position);
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += batchBytes;
  }

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

  /** Cuts to {@code newSize} bytes that end at {@code newNextOffset}; durable on return. */
  void truncate(int newSize, long newNextOffset) throws IOException {
    index.load(newSize);
    nextOffset = newNextOffset;
    size = newSize;
    file.truncate(newSize);
    file.force();
    int entries = index.count();
    bytesSinceIndexEntry = newSize - (entries == 0 ? 0 : OffsetIndex.position(index.entry(entries - 1)));
  }

  /** Takes over the state a scan found; the index has been brought in line. */
  void recovered(int newSize, long newNextOffset, int newBytesSinceIndexEntry) {
    size = newSize;
    nextOffset = newNextOffset;
    bytesSinceIndexEntry = newBytesSinceIndexEntry;
  }

  /** Opens both files of a segment that exists; nothing of it is checked yet. */
  static Segment open(PartitionDirectory directory, long baseOffset) throws IOException {
    SegmentFile file = directory.open(SegmentNames.log(baseOffset));
    try {
      long size = file.size();
      if (size > Integer.MAX_VALUE) {
        throw new IOException(file.name() + " has " + size + " bytes, more than a segment can");
      }
      OffsetIndex index = new OffsetIndex(directory.open(SegmentNames.index(baseOffset)));
      return new Segment(baseOffset, file, index, (int) size, baseOffset);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Forces data and index for good: the next segment takes over (P4). */
  void seal() throws IOException {
    file.force();
    index.seal();
  }

  void close() throws IOException {
    try {
      file.close();
    } finally {
      index.close();
    }
  }

  /** Closes and removes both files. */
  void delete(PartitionDirectory directory) throws IOException {
    close();
    directory.delete(SegmentNames.log(baseOffset));
    directory.delete(SegmentNames.index(baseOffset));
  }
}
