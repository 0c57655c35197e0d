package io.ottla.controller.storage;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.port.RaftLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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
  private long endPosition;
  private volatile long durableIndex;
  private boolean failed;

  private FileRaftLog(Directory directory, int segmentBytes, DurableHint hint, LogIndex recovered) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.hint = hint;
    this.index = recovered;
    this.endPosition = index.lastSegment().file().size();
    this.durableIndex = index.lastIndex();
    hint.raise(durableIndex, index.lastSegment().baseIndex());
  }

  /** Prepares an empty log durably in a directory that {@link #isUnwritten}; what an interrupted attempt left is completed. */
  static void create(Directory directory) {
    Segment.create(directory, Segment.name(FIRST_INDEX), new SegmentHeader(FIRST_INDEX, 0, 0)).file().close();
  }

  /** Whether no log was ever used here: nothing, or what {@link #create} leaves, interrupted or not. */
  static boolean isUnwritten(Directory directory) {
    String first = Segment.name(FIRST_INDEX);
    return directory.names().stream().filter(name -> Segment.isName(name) || Segment.isReplacement(name))
        .allMatch(name -> name.equals(first) && directory.read(name).length <= SegmentHeader.BYTES);
  }

  /**
   * Opens and recovers a log made by {@link #create}.
   *
   * @param isWhole whether there is such a snapshot
   * @throws StorageCorruptionException when entries that were forced may be missing
   */
  static FileRaftLog open(Directory directory, int segmentBytes, Predicate<SnapshotId> isWhole) {
    return open(directory, segmentBytes, CACHE_BYTES, isWhole);
  }

  static FileRaftLog open(Directory directory, int segmentBytes, long cacheBytes, Predicate<SnapshotId> isWhole) {
    DurableHint hint = DurableHint.open(directory);
    LogIndex index = new LogIndex(cacheBytes);
    try {
      new LogRecovery(directory, hint, index, isWhole).recover();
    } catch (RuntimeException e) {
      index.segments().forEach(segment -> segment.file().close());
      hint.close();
      throw e;
    }
    return new FileRaftLog(directory, segmentBytes, hint, index);
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
    SharedFile file = located.segment().shared();
    if (!file.acquire()) {
      throw new IndexOutOfBoundsException("index " + located.index() + " has just been removed");
    }
    try {
      ByteBuffer bytes = ByteBuffer.allocate(located.size());
      file.read(bytes, located.position());
      Frame frame = Frame.decode(bytes.flip(), 0);
      if (frame == null || frame.entry().index() != located.index()) {
        throw new StorageCorruptionException(directory.pathOf(located.segment().name()),
            "is damaged: entry " + located.index() + " cannot be read back");
      }
      return frame.entry();
    } finally {
      file.release();
    }
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
    index.lastSegment().file().write(bytes.flip(), endPosition);
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
    index.lastSegment().file().force();
    durableIndex = index.lastIndex();
    SegmentHeader header = index.nextHeader();
    index.addSegment(Segment.create(directory, Segment.name(header.baseIndex()), header));
    hint.raiseDurably(durableIndex, header.baseIndex());
    endPosition = SegmentHeader.BYTES;
  }

  @Override
  public void truncateFrom(long fromIndex) {
    long position = index.positionOf(fromIndex);
    begin();
    // Announced first, and durable before the announcement is taken back: a crash in between leaves a cut to be finished.
    hint.beginCut(fromIndex - 1, index.segmentOf(fromIndex).baseIndex());
    durableIndex = Math.min(durableIndex, fromIndex - 1);
    index.truncateFrom(fromIndex).forEach(this::delete);
    index.lastSegment().file().truncate(position);
    index.lastSegment().file().force();
    hint.endCut();
    endPosition = position;
    failed = false;
  }

  @Override
  public void dropPrefix(long lastIndex) {
    if (lastIndex > durableIndex) {
      throw new IllegalArgumentException("entries up to " + lastIndex + " are not durable, only up to " + durableIndex);
    }
    begin();
    // Behind a snapshot there has to be this much of a log: a shorter one is not what an interrupted installation leaves.
    hint.raiseDurably(durableIndex, index.lastSegment().baseIndex());
    // Oldest first, each durably: a crash in between must not leave a gap.
    index.dropPrefix(lastIndex).forEach(this::delete);
    failed = false;
  }

  private void delete(Segment segment) {
    directory.delete(segment.name());
    directory.force();
    segment.shared().release();
  }

  @Override
  public void reset(long lastIndex, long lastTerm) {
    if (lastIndex < 1 || lastTerm < 1) {
      throw new IllegalArgumentException("no snapshot ends at " + lastIndex + ":" + lastTerm);
    }
    begin();
    SegmentHeader header = new SegmentHeader(lastIndex + 1, lastTerm, 0);
    Segment only = Segment.create(directory, Segment.name(lastIndex + 1) + Segment.REPLACEMENT, header);
    List<Segment> removed = index.start(only, header);
    durableIndex = lastIndex;
    endPosition = SegmentHeader.BYTES;
    LogRecovery.replaceAll(directory, hint, header);
    removed.forEach(segment -> segment.shared().release());
    hint.raise(lastIndex, header.baseIndex());
    failed = false;
  }

  @Override
  public void force() {
    begin();
    index.lastSegment().file().force();
    durableIndex = index.lastIndex();
    failed = false;
  }

  /** Brings the durable hint up to date; the storage thread calls it about once a second (Q44). */
  public void refreshHint() {
    begin();
    hint.raise(durableIndex, index.lastSegment().baseIndex());
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
    index.segments().forEach(segment -> segment.file().close());
    hint.close();
  }
}
