package io.ottla.controller.runtime;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftNotice;
import java.util.List;

/** What code on the Raft thread may ask of the core. Valid only during a call on that thread. */
interface RaftAccess {
  /** Monotonic milliseconds. */
  long nowMs();

  /** Proposes one entry and tells at once whether it was appended. */
  Proposed propose(long term, byte[] payload);

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
