package io.ottla.controller.raft;

import io.ottla.controller.raft.port.RaftLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log as the core sees it: what is on disk plus what has been handed to the storage thread and is not done yet. Entries up to
 * {@link #durableIndex} come from the {@link RaftLog}, which no pending write touches there; above it from memory. The first index moves here
 * before the storage thread drops anything, so that nothing dropped is ever asked for.
 *
 * <p>Invariant: {@code firstIndex - 1 <= durableIndex <= lastIndex}.
 */
public final class LogView {
  private final RaftLog log;
  private final List<LogEntry> tail = new ArrayList<>();
  private final Deque<PendingWrite> pending = new ArrayDeque<>();
  private long firstIndex;
  private long termBeforeFirst;
  private long durableIndex;
  private long nextWriteId = 1;
  private @Nullable SnapshotId resetTo;
  private long truncateFrom;
  private final List<LogEntry> appended = new ArrayList<>();
  private long dropTo;

  LogView(RaftLog log) {
    this.log = log;
    this.firstIndex = log.firstIndex();
    this.termBeforeFirst = log.termAt(firstIndex - 1);
    this.durableIndex = log.lastIndex();
    if (log.durableIndex() != durableIndex) {
      throw new RaftInvariantException("log opened with durable " + log.durableIndex() + " of " + durableIndex);
    }
  }

  /** First index held. */
  public long firstIndex() {
    return firstIndex;
  }

  /** Last index, durable or not. */
  public long lastIndex() {
    return durableIndex + tail.size();
  }

  /** Term of the last entry. */
  public long lastTerm() {
    return termAt(lastIndex());
  }

  /** Last index that is certainly on disk, in the log or in a snapshot. */
  public long durableIndex() {
    return durableIndex;
  }

  /** Term at an index in {@code [firstIndex - 1, lastIndex]}. */
  public long termAt(long index) {
    if (index == firstIndex - 1) {
      return termBeforeFirst;
    }
    if (index < firstIndex) {
      throw new IndexOutOfBoundsException("index " + index + " is before the log's first, " + firstIndex);
    }
    return index > durableIndex ? tail.get((int) (index - durableIndex - 1)).term() : log.termAt(index);
  }

  /** Whether this log has an entry of this term at this index; what precedes the log is committed and matches. */
  public boolean matches(long index, long term) {
    return index < firstIndex - 1 || (index <= lastIndex() && termAt(index) == term);
  }

  /** Entries from an index on within both limits, at least one if there is one. */
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    if (fromIndex < firstIndex) {
      throw new IndexOutOfBoundsException("index " + fromIndex + " is before the log's first, " + firstIndex);
    }
    if (fromIndex <= durableIndex) {
      return log.read(fromIndex, (int) Math.min(maxEntries, durableIndex - fromIndex + 1), maxBytes);
    }
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (int at = (int) (fromIndex - durableIndex - 1); at < tail.size() && found.size() < maxEntries; at++) {
      bytes += tail.get(at).sizeInBytes();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(tail.get(at));
    }
    return found;
  }

  /** First index of the run of entries that share the term at {@code index}, not looking at or before {@code floor}. */
  public long firstIndexOfTermAt(long index, long floor) {
    long term = termAt(index);
    long first = index;
    while (first - 1 > Math.max(floor, firstIndex - 1) && termAt(first - 1) == term) {
      first--;
    }
    return first;
  }

  /** Adds an entry behind the last one, to be written with this step's output. */
  void append(LogEntry entry) {
    if (entry.index() != lastIndex() + 1 || entry.term() < lastTerm()) {
      throw new RaftInvariantException("entry " + entry + " cannot follow " + lastIndex() + ":" + lastTerm());
    }
    tail.add(entry);
    appended.add(entry);
  }

  /** Removes this index and all after it, before anything else is written with this step's output. */
  void truncateFrom(long index) {
    if (index < firstIndex || index > lastIndex() || truncateFrom != 0 || resetTo != null || !appended.isEmpty()) {
      throw new RaftInvariantException(
          "cannot truncate from " + index + " in [" + firstIndex + ", " + lastIndex() + "]");
    }
    truncateFrom = index;
    int kept = (int) Math.max(0, index - durableIndex - 1);
    tail.subList(kept, tail.size()).clear();
    durableIndex = Math.min(durableIndex, index - 1);
    pending.forEach(write -> write.lastIndex = Math.min(write.lastIndex, index - 1));
  }

  /** A durable snapshot takes the place of everything here, whatever is still on its way to disk (Q34). */
  void reset(SnapshotId snapshot) {
    if (truncateFrom != 0 || !appended.isEmpty()) {
      throw new RaftInvariantException("cannot reset to " + snapshot + " in a step that writes entries");
    }
    resetTo = snapshot;
    tail.clear();
    pending.forEach(write -> write.lastIndex = 0);
    firstIndex = snapshot.lastIndex() + 1;
    termBeforeFirst = snapshot.lastTerm();
    durableIndex = snapshot.lastIndex();
  }

  /** Everything up to this index is in a durable snapshot and no longer needed; a value before the first index changes nothing. */
  void dropTo(long index) {
    if (index < firstIndex) {
      return;
    }
    if (index > durableIndex) {
      throw new RaftInvariantException("cannot drop up to " + index + ", durable is " + durableIndex);
    }
    termBeforeFirst = termAt(index);
    firstIndex = index + 1;
    dropTo = index;
  }

  /** The write to hand out with this step's output, or null for none. */
  @Nullable
  LogWrite takeWrite() {
    if (resetTo == null && truncateFrom == 0 && appended.isEmpty() && dropTo == 0) {
      return null;
    }
    var write = new LogWrite(nextWriteId++, resetTo, truncateFrom, appended, dropTo);
    pending.add(new PendingWrite(write.writeId(), lastIndex()));
    resetTo = null;
    truncateFrom = 0;
    appended.clear();
    dropTo = 0;
    return write;
  }

  /** The write with this id and all before it are durable. */
  void persisted(long writeId) {
    if (writeId >= nextWriteId) {
      throw new RaftInvariantException("write " + writeId + " was never handed out");
    }
    for (PendingWrite write = pending.peek(); write != null && write.writeId <= writeId; write = pending.peek()) {
      pending.remove();
      if (write.lastIndex > durableIndex) {
        tail.subList(0, (int) (write.lastIndex - durableIndex)).clear();
        durableIndex = write.lastIndex;
      }
    }
  }

  /** A write on its way to disk, and the last index that will be durable with it unless a later write removes it. */
  private static final class PendingWrite {
    private final long writeId;
    private long lastIndex;

    PendingWrite(long writeId, long lastIndex) {
      this.writeId = writeId;
      this.lastIndex = lastIndex;
    }
  }
}
