package io.ottla.sim.quorum;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.VoterSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All that anybody has ever committed: what the nodes' logs and states are compared with. */
final class CommittedLog {
  private final List<Frame> frames = new ArrayList<>();
  private final List<Long> stateHashes = new ArrayList<>();
  private final TreeMap<Long, VoterSet> voters = new TreeMap<>();
  private final NavigableMap<Long, Long> highestOfTerm = new TreeMap<>();

  /** With these voters from the beginning. */
  CommittedLog(VoterSet initial) {
    voters.put(0L, initial);
  }

  long lastIndex() {
    return frames.size();
  }

  long digestAt(long index) {
    return index == 0 ? 0 : frames.get((int) index - 1).digest();
  }

  List<LogEntry> entries() {
    return frames.stream().map(Frame::entry).toList();
  }

  void add(Frame frame) {
    frames.add(frame);
    LogEntry entry = frame.entry();
    if (entry.type() == EntryType.VOTER_SET) {
      voters.put(entry.index(), VoterSet.decode(entry.payload()));
    }
  }

  /** The voters at an index, and where they were put into force. */
  Map.Entry<Long, VoterSet> votersAt(long index) {
    return voters.floorEntry(index);
  }

  /** The newest voters. */
  VoterSet voters() {
    return voters.lastEntry().getValue();
  }

  /** Changes of the voters. */
  long voterChanges() {
    return voters.size() - 1L;
  }

  /** A leader of this term has committed up to here. */
  void committedInTerm(long term, long index) {
    highestOfTerm.merge(term, index, Math::max);
  }

  /** Whether a leader of this term has committed anything. */
  boolean anyInTerm(long term) {
    return highestOfTerm.containsKey(term);
  }

  /** What leaders of earlier terms have committed. */
  long committedBeforeTerm(long term) {
    long highest = 0;
    for (long index : highestOfTerm.headMap(term).values()) {
      highest = Math.max(highest, index);
    }
    return highest;
  }

  /** The digest of the state after an entry: the first to apply it sets it. */
  long stateHash(long index, long hash) {
    if (index == stateHashes.size() + 1) {
      stateHashes.add(hash);
    }
    return stateHashes.get((int) index - 1);
  }
}
