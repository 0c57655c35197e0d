package io.ottla.controller.raft;

/**
 * Timings and limits of the quorum (semantics of each: see the accessor's Q rule); relations are checked when made.
 *
 * @param tickMs distance of ticks in milliseconds; resolution of all timers
 * @param heartbeatMs distance of a leader's heartbeats to each peer
 * @param electionMinMs least time without a leader before an election; also how long a live leader is protected (Q11, Q15)
 * @param electionMaxMs exclusive upper end of the random election timeout
 * @param voteRoundMs how long answers to one round of (pre-)vote requests are awaited
 * @param retryMinMs least random pause before a new pre-vote round (Q13)
 * @param retryMaxMs exclusive upper end of that pause
 * @param checkQuorumMs a leader that has not heard a majority for this long resigns (Q28)
 * @param appendTimeoutMs an append without answer for this long counts as lost
 * @param maxInFlight appends with entries in flight to one follower (Q48)
 * @param maxInFlightBytes bytes in flight to one follower (Q48)
 * @param maxAppendEntries entries in one append
 * @param maxAppendBytes bytes in one append, and of one entry
 * @param maxUncommittedBytes bytes waiting for commit before proposals are refused with BUSY (Q49)
 */
public record RaftConfig(int tickMs, int heartbeatMs, int electionMinMs, int electionMaxMs, int voteRoundMs,
    int retryMinMs, int retryMaxMs, int checkQuorumMs, int appendTimeoutMs, int maxInFlight, int maxInFlightBytes,
    int maxAppendEntries, int maxAppendBytes, int maxUncommittedBytes) {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** Values for a local network. */
  public static final RaftConfig DEFAULT = new RaftConfig(10, 50, 300, 600, 150, 50, 150, 500, 200, 8, 4 * MIB, 512,
      MIB, 16 * MIB);

  /** Refuses values that cannot work together. */
  public RaftConfig {
    check(tickMs > 0 && tickMs * 2 <= heartbeatMs, "tick * 2 <= heartbeat");
    check(heartbeatMs * 5 <= electionMinMs, "heartbeat * 5 <= minimum election timeout");
    check(electionMinMs < electionMaxMs, "minimum election timeout < maximum election timeout");
    check(voteRoundMs > 0 && voteRoundMs <= electionMinMs, "0 < vote round <= minimum election timeout");
    check(retryMinMs > 0 && retryMinMs < retryMaxMs, "0 < minimum retry < maximum retry");
    check(checkQuorumMs >= electionMinMs, "check-quorum window >= minimum election timeout");
    check(appendTimeoutMs > heartbeatMs && appendTimeoutMs < electionMinMs,
        "heartbeat < append timeout < minimum election timeout");
    check(maxInFlight > 0 && maxAppendEntries > 0 && maxAppendBytes > 0, "limits > 0");
    check(maxInFlightBytes >= maxAppendBytes, "bytes in flight >= bytes of one append");
    check(maxUncommittedBytes >= maxAppendBytes, "uncommitted bytes >= bytes of one append");
  }

  private static void check(boolean holds, String relation) {
    if (!holds) {
      throw new IllegalArgumentException("raft settings must satisfy: " + relation);
    }
  }

  /** The same limits with every time multiplied, for slow disks or noisy processors; the tick stays. */
  public RaftConfig scaledBy(int factor) {
    return new RaftConfig(tickMs, heartbeatMs * factor, electionMinMs * factor, electionMaxMs * factor,
        voteRoundMs * factor, retryMinMs * factor, retryMaxMs * factor, checkQuorumMs * factor,
        appendTimeoutMs * factor, maxInFlight, maxInFlightBytes, maxAppendEntries, maxAppendBytes, maxUncommittedBytes);
  }
}
