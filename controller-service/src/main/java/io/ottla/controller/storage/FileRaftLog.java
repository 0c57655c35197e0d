package io.ottla.controller.storage;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.port.RaftLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The metadata log in segment files (Q43). Writing belongs to the storage thread; readers never wait for a force. A failed write or force is
 * final: the page cache may have dropped what was to be forced, so trying again would acknowledge what is not there (Q42).
 */
public final class FileRaftLog implements RaftLog, AutoCloseable {
  /** A segment that has reached this size is followed by a new one. */
  public static final int DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;

  private static final long CACHE_BYTES = 16L * 1024 * 1024;
  private static final long FIRST_INDEX = 1;

  private final Directory directory;
  private final int segmentBytes;
  private final DurableHint hint;
  private final LogIndex index;
  private volatile List<Segment> segments;
  private long endPosition;
  private volatile long durableIndex;
  private boolean failed;

  private FileRaftLog(Directory directory, int segmentBytes, long cacheBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.hint = DurableHint.open(directory);
    this.index = new LogIndex(FIRST_INDEX, cacheBytes);
    this.segments = List.copyOf(new LogRecovery(directory, hint, index).recover());
    this.endPosition = segments.getLast().file().size();
    this.durableIndex = index.lastIndex();
    hint.raise(durableIndex);
  }

  /** Prepares an empty log durably; what an earlier, interrupted attempt left is completed. */
  static void create(Directory directory) {
    List<String> existing = directory.names().stream().filter(Segment::isName).toList();
    if (existing.size() > 1
        || (existing.size() == 1 && directory.read(existing.getFirst()).length > Segment.HEADER_BYTES)) {
      throw new StorageCorruptionException(directory.pathOf(MetaProperties.NAME),
          "is missing, although the directory holds a metadata log");
    }
    Segment.create(directory, FIRST_INDEX).file().close();
  }

  /**
   * Opens and recovers a log made by {@link #create}.
   *
   * @throws StorageCorruptionException when entries that were forced may be missing
   */
  static FileRaftLog open(Directory directory, int segmentBytes) {
    return open(directory, segmentBytes, CACHE_BYTES);
  }

  static FileRaftLog open(Directory directory, int segmentBytes, long cacheBytes) {
    return new FileRaftLog(directory, segmentBytes, cacheBytes);
  }

  @Override
  public long firstIndex() {
    return index.firstIndex();
  }

  @Override
  public long lastIndex() {
    return index.lastIndex();
  }

  @Override
  public long termAt(long at) {
    return index.termAt(at);
  }

  @Override
  public long durableIndex() {
    return durableIndex;
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    List<LogIndex.Located> located = index.locate(fromIndex, maxEntries, maxBytes);
    List<LogEntry> entries = new ArrayList<>(located.size());
    for (LogIndex.Located one : located) {
      LogEntry entry = one.entry();
      entries.add(entry == null ? readFrame(one) : entry);
    }
    return entries;
  }

  private LogEntry readFrame(LogIndex.Located located) {
    ByteBuffer bytes = ByteBuffer.allocate(located.size());
    segmentOf(located.index()).file().read(bytes, located.position());
    Frame frame = Frame.decode(bytes.flip(), 0);
    if (frame == null || frame.entry().index() != located.index()) {
      throw new StorageCorruptionException(directory.pathOf(Segment.name(segmentOf(located.index()).baseIndex())),
          "is damaged: entry " + located.index() + " cannot be read back");
    }
    return frame.entry();
  }

  private Segment segmentOf(long at) {
    List<Segment> current = segments;
    for (int i = current.size() - 1; i > 0; i--) {
      if (current.get(i).baseIndex() <= at) {
        return current.get(i);
      }
    }
    return current.getFirst();
  }

  @Override
  public void append(List<LogEntry> entries) {
    checkContiguous(entries);
    begin();
    if (endPosition >= segmentBytes) {
      roll();
    }
    int total = 0;
    for (LogEntry entry : entries) {
      total = Math.addExact(total, Frame.HEADER_BYTES + entry.payload().length);
    }
    ByteBuffer bytes = ByteBuffer.allocate(total);
    int[] crcs = new int[entries.size()];
    int crc = index.crcAt(index.lastIndex());
    for (int i = 0; i < crcs.length; i++) {
      crc = Frame.encode(entries.get(i), crc, durableIndex, bytes);
      crcs[i] = crc;
    }
    segments.getLast().file().write(bytes.flip(), endPosition);
    for (int i = 0; i < crcs.length; i++) {
      int size = Frame.HEADER_BYTES + entries.get(i).payload().length;
      index.add(entries.get(i), endPosition, size, crcs[i]);
      endPosition += size;
    }
    failed = false;
  }

  private void checkContiguous(List<LogEntry> entries) {
    long last = index.lastIndex();
    long term = index.termAt(last);
    for (LogEntry entry : entries) {
      if (entry.index() != last + 1 || entry.term() < term) {
        throw new IllegalArgumentException(entry + " cannot follow index " + last + " of term " + term);
      }
      last = entry.index();
      term = entry.term();
    }
  }

  /** A finished segment is forced before the next exists, so that only the last one can ever be torn. */
  private void roll() {
    segments.getLast().file().force();
    durableIndex = index.lastIndex();
    List<Segment> more = new ArrayList<>(segments);
    more.add(Segment.create(directory, durableIndex + 1));
    segments = List.copyOf(more);
    endPosition = Segment.HEADER_BYTES;
  }

  @Override
  public void truncateFrom(long fromIndex) {
    long position = index.positionOf(fromIndex);
    begin();
    hint.lower(fromIndex - 1);
    Segment target = segmentOf(fromIndex);
    List<Segment> kept = new ArrayList<>(segments);
    List<Segment> removed = new ArrayList<>();
    while (kept.getLast().baseIndex() > target.baseIndex()) {
      Segment last = kept.removeLast();
      removed.add(last);
      // Newest first, each durably: a crash in between must not leave a gap.
      directory.delete(Segment.name(last.baseIndex()));
      directory.force();
    }
    index.truncateFrom(fromIndex);
    durableIndex = Math.min(durableIndex, fromIndex - 1);
    target.file().truncate(position);
    endPosition = position;
    segments = List.copyOf(kept);
    removed.forEach(segment -> segment.file().close());
    failed = false;
  }

  @Override
  public void force() {
    begin();
    segments.getLast().file().force();
    durableIndex = index.lastIndex();
    failed = false;
  }

  /** Brings the durable hint up to date; the storage thread calls it about once a second (Q44). */
  public void refreshHint() {
    begin();
    hint.raise(durableIndex);
    failed = false;
  }

  /** Every write counts as failed until it has succeeded. */
  private void begin() {
    if (failed) {
      throw new UncheckedIOException(new IOException("a write of the metadata log failed earlier; nothing may follow"));
    }
    failed = true;
  }

  @Override
  public void close() {
    segments.forEach(segment -> segment.file().close());
    hint.close();
  }
}
