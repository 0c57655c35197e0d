package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.RaftLog;
import java.util.List;

/** The Raft state machine of one voter; see {@link RaftOutput} for what its driver owes it. One thread. */
@SuppressWarnings("DoNotCallSuggester") // bodies follow in the next commits
public final class RaftCore {
  /**
   * Starts a voter as follower.
   *
   * @param identity who this voter is and with whom it votes
   * @param config timings and limits
   * @param hardState what was stored last, {@link HardState#INITIAL} for a freshly formatted disk
   * @param log the recovered log
   * @param random source of election timeouts
   * @param nowMs monotonic milliseconds
   */
  public RaftCore(RaftIdentity identity, RaftConfig config, HardState hardState, RaftLog log, RandomSource random,
      long nowMs) {
    throw new UnsupportedOperationException("follows in the next commits");
  }

  /** Takes one input at the given monotonic time and says what is to be done about it. */
  public RaftOutput step(RaftInput input, long nowMs) {
    throw new UnsupportedOperationException("follows in the next commits");
  }

  /**
   * Committed entries from {@code fromIndex} on, for applying; call on the Raft thread.
   *
   * @param fromIndex at most commit index + 1
   * @param maxEntries limit on the number of entries
   * @param maxBytes limit on their size; at least one is returned if there is one
   */
  public List<LogEntry> readCommitted(long fromIndex, int maxEntries, int maxBytes) {
    throw new UnsupportedOperationException("follows in the next commits");
  }

  /** What this voter knows at the given monotonic time; call on the Raft thread. */
  public QuorumReport report(long nowMs) {
    throw new UnsupportedOperationException("follows in the next commits");
  }
}
