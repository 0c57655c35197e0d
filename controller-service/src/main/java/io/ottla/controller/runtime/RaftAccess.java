package io.ottla.controller.runtime;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import java.util.List;

/** What code on the Raft thread may ask of the core. Valid only during a call on that thread. */
interface RaftAccess {
  /** Monotonic milliseconds. */
  long nowMs();

  /** Proposes one entry and tells at once whether it was appended. */
  Proposed propose(long term, byte[] payload);

  /** Proposes a change of the voters and tells at once whether it was appended. */
  Proposed changeVoters(VoterChange change);

  /** Asks for a linearizable read point; a notice with this id answers. */
  void readIndex(long readId);

  /** Tells the core that a snapshot of this node's state is durable. */
  void snapshotWritten(Snapshot snapshot);

  /** The voter set in force at an applied index. */
  VoterSet votersAt(long index);

  /** Committed entries; see the core's method of that name. */
  List<LogEntry> readCommitted(long fromIndex, int maxEntries, int maxBytes);

  /** What the core knows now. */
  QuorumReport report();

  /** What became of a proposal so far. */
  sealed interface Proposed {
    /** It is in the log. */
    record Appended(long proposalId, long index) implements Proposed {}

    /** It certainly is not. */
    record Refused(RaftNotice.Refusal reason) implements Proposed {}
  }
}
