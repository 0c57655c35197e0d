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
 * @param maxAppendBytes bytes in one append, unless a single entry is larger
 * @param maxEntryBytes bytes of one entry
 * @param maxUncommittedBytes bytes waiting for commit before proposals are refused with BUSY (Q49)
 * @param snapshotChunkBytes bytes of a snapshot in one message (Q34)
 * @param snapshotChunkTimeoutMs such a message without answer for this long is sent again
 * @param logTailEntries entries kept in the log although a snapshot includes them, so that slow followers need no snapshot (Q33)
 */
public record RaftConfig(int tickMs, int heartbeatMs, int electionMinMs, int electionMaxMs, int voteRoundMs,
    int retryMinMs, int retryMaxMs, int checkQuorumMs, int appendTimeoutMs, int maxInFlight, int maxInFlightBytes,
    int maxAppendEntries, int maxAppendBytes, int maxEntryBytes, int maxUncommittedBytes, int snapshotChunkBytes,
    int snapshotChunkTimeoutMs, int logTailEntries) {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final int PATIENCE_BYTES = 64 * KIB;

  /** Values for a local network. */
  public static final RaftConfig DEFAULT = new RaftConfig(10, 50, 300, 600, 150, 50, 150, 500, 200, 8, 4 * MIB, 512,
      MIB, 5 * MIB, 16 * MIB, 512 * KIB, 2_000, 10_000);

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
    check(maxEntryBytes >= maxAppendBytes, "bytes of one entry >= bytes of one append");
    check(maxUncommittedBytes >= maxEntryBytes, "uncommitted bytes >= bytes of one entry");
    check(snapshotChunkBytes > 0 && snapshotChunkTimeoutMs > 0 && logTailEntries >= 0, "snapshot limits > 0");
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
        appendTimeoutMs * factor, maxInFlight, maxInFlightBytes, maxAppendEntries, maxAppendBytes, maxEntryBytes,
        maxUncommittedBytes, snapshotChunkBytes, snapshotChunkTimeoutMs * factor, logTailEntries);
  }

  /** The same with other limits of appends; an entry may be as large as an append. */
  public RaftConfig withAppendLimits(int inFlight, int inFlightBytes, int entries, int bytes, int uncommittedBytes) {
    return new RaftConfig(tickMs, heartbeatMs, electionMinMs, electionMaxMs, voteRoundMs, retryMinMs, retryMaxMs,
        checkQuorumMs, appendTimeoutMs, inFlight, inFlightBytes, entries, bytes, bytes, uncommittedBytes,
        snapshotChunkBytes, snapshotChunkTimeoutMs, logTailEntries);
  }

  /** The same with other limits of snapshots. */
  public RaftConfig withSnapshotLimits(int chunkBytes, int chunkTimeoutMs, int tailEntries) {
    return new RaftConfig(tickMs, heartbeatMs, electionMinMs, electionMaxMs, voteRoundMs, retryMinMs, retryMaxMs,
        checkQuorumMs, appendTimeoutMs, maxInFlight, maxInFlightBytes, maxAppendEntries, maxAppendBytes, maxEntryBytes,
        maxUncommittedBytes, chunkBytes, chunkTimeoutMs, tailEntries);
  }

  /** How long an append of so many bytes may take: a large one on a slow machine is not lost, and sending it again would make it slower. */
  long appendTimeoutMs(long bytes) {
    return appendTimeoutMs + appendTimeoutMs * (bytes / PATIENCE_BYTES);
  }

  /** How long a leader sends the log to an observer that does not show itself any more. */
  int observerTimeoutMs() {
    return 10 * electionMinMs;
  }

  /** How often an observer shows itself, in milliseconds. */
  public int observeIntervalMs() {
    return electionMinMs;
  }

  /** Distance between the campaigns of voters that learn at once that their leader is gone: the first should be done before the next. */
  int goneStaggerMs() {
    return voteRoundMs / 3;
  }
}
