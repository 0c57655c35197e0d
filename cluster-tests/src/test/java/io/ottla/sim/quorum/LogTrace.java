package io.ottla.sim.quorum;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.VoterSet;
import java.util.ArrayList;
import java.util.List;

/** A log as its core sees it, durable or not, and the voter sets along it. Nothing is ever dropped from its beginning. */
final class LogTrace {
  private SimLogFile.Start start;
  private final List<Frame> frames = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();

  /** A log that begins there, with these voters in force. */
  LogTrace(SimLogFile.Start start, VoterSet voters) {
    this.start = start;
    changes.add(new Change(start.index(), voters));
  }

  private record Change(long index, VoterSet voters) {}

  SimLogFile.Start start() {
    return start;
  }

  long lastIndex() {
    return start.index() + frames.size();
  }

  long digestAt(long index) {
    return index == start.index() ? start.digest() : frame(index).digest();
  }

  Frame frame(long index) {
    return frames.get((int) (index - start.index()) - 1);
  }

  Position last() {
    return frames.isEmpty() ? new Position(start.term(), start.index())
        : new Position(frames.getLast().entry().term(), lastIndex());
  }

  /** The voters in force: the newest that the log names, committed or not (Q5). */
  VoterSet voters() {
    return changes.getLast().voters();
  }

  /** Index of the entry that put them into force. */
  long votersIndex() {
    return changes.getLast().index();
  }

  /** Whether this log has the entry, or a snapshot that includes it. */
  boolean holds(long index, long digest) {
    return index <= start.index() || (index <= lastIndex() && digestAt(index) == digest);
  }

  Frame append(LogEntry entry, boolean changesVoters) {
    Frame frame = Frame.after(digestAt(lastIndex()), entry);
    frames.add(frame);
    if (entry.type() == EntryType.VOTER_SET && changesVoters) {
      changes.add(new Change(entry.index(), VoterSet.decode(entry.payload())));
    }
    return frame;
  }

  void truncateFrom(long index) {
    frames.subList((int) (index - start.index()) - 1, frames.size()).clear();
    while (changes.size() > 1 && changes.getLast().index() >= index) {
      changes.removeLast();
    }
  }

  void reset(SimLogFile.Start newStart, VoterSet voters) {
    start = newStart;
    frames.clear();
    changes.clear();
    changes.add(new Change(newStart.index(), voters));
  }
}
