package io.ottla.sim.quorum;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.port.RaftLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;

/** The log port over simulated files; opening it cuts the tail at the first frame that does not continue the chain (Q44). */
public final class SimRaftLog implements RaftLog {
  private final SimLogFile file;
  private final ToLongFunction<SnapshotId> digestOf;
  private long claimedDurable;

  /**
   * Opens and repairs.
   *
   * @param digestOf digest of the log that a snapshot stands for, which the chain goes on from
   */
  SimRaftLog(SimLogFile file, Recovery recovery, ToLongFunction<SnapshotId> digestOf) {
    this.file = file;
    this.digestOf = digestOf;
    long valid = file.start().index();
    long digest = file.start().digest();
    for (Frame next = file.frameAfter(valid); next != null && recovery.continues(digest, next); next = file
        .frameAfter(valid)) {
      valid++;
      digest = next.digest();
    }
    valid = Math.max(file.start().index(), valid - recovery.forgets());
    if (valid < file.lastIndex()) {
      file.truncateFrom(valid + 1);
    }
    if (recovery.forces()) {
      file.force();
    }
    claimedDurable = file.lastIndex();
  }

  private long lastDigest() {
    return file.lastIndex() == file.start().index() ? file.start().digest() : file.frame(file.lastIndex()).digest();
  }

  @Override
  public long firstIndex() {
    return file.start().index() + 1;
  }

  @Override
  public long lastIndex() {
    return file.lastIndex();
  }

  @Override
  public long termAt(long index) {
    return index == file.start().index() ? file.start().term() : file.frame(index).entry().term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    Objects.checkIndex(fromIndex - firstIndex(), lastIndex() - firstIndex() + 2);
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (long index = fromIndex; index <= lastIndex() && found.size() < maxEntries; index++) {
      LogEntry entry = file.frame(index).entry();
      bytes += entry.sizeInBytes();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  @Override
  public void append(List<LogEntry> entries) {
    long index = lastIndex();
    long term = termAt(index);
    for (LogEntry entry : entries) {
      if (entry.index() != ++index || entry.term() < term) {
        throw new IllegalArgumentException("entry " + entry + " cannot follow " + (index - 1) + ":" + term);
      }
      term = entry.term();
    }
    for (LogEntry entry : entries) {
      file.append(Frame.after(lastDigest(), entry));
    }
  }

  @Override
  public void truncateFrom(long fromIndex) {
    Objects.checkIndex(fromIndex - firstIndex(), lastIndex() - firstIndex() + 1);
    file.truncateFrom(fromIndex);
    claimedDurable = Math.min(claimedDurable, file.lastIndex());
  }

  @Override
  public void dropPrefix(long lastIndex) {
    if (lastIndex > durableIndex()) {
      throw new IllegalArgumentException("drop up to " + lastIndex + ", durable is " + durableIndex());
    }
    file.dropPrefix(lastIndex);
  }

  @Override
  public void reset(long lastIndex, long lastTerm) {
    file.reset(startBehind(lastIndex, lastTerm));
    claimedDurable = lastIndex;
  }

  /** Where a log begins that follows a snapshot. */
  SimLogFile.Start startBehind(long lastIndex, long lastTerm) {
    return new SimLogFile.Start(lastIndex, lastTerm, digestOf.applyAsLong(new SnapshotId(lastIndex, lastTerm)));
  }

  @Override
  public void force() {
    file.force();
    claimedDurable = file.lastIndex();
  }

  @Override
  public long durableIndex() {
    return claimedDurable;
  }
}
