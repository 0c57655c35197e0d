package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /raft/v1/status}: one controller's own view, for operators and checkers. While the controller is not RUNNING, only identity
 * and state mean something.
 *
 * @param directoryId id of its metadata directory
 * @param clusterId null until it belongs to a cluster
 * @param state STARTING, FORMING, LEFT_OUT, RECOVERING, RUNNING, QUARANTINED, STOPPING or FAILED
 * @param detail what it waits for or what is wrong, and what to do; empty when running
 * @param role OBSERVER, FOLLOWER, PRE_CANDIDATE, CANDIDATE or LEADER; null unless running
 * @param active whether it decides about metadata: it leads and has applied its term's first entry
 * @param leaderId node id of the term's leader, -1 when unknown
 * @param leader where that leader answers, when known
 * @param durableIndex last index forced to its disk
 * @param logStartIndex first index still in its log
 * @param snapshotIndex last index in its newest snapshot, 0 for none
 * @param snapshotBytes size of that snapshot
 * @param digestIndex index to which {@code imageDigest} belongs
 * @param imageDigest digest of the metadata at {@code digestIndex}; null unless asked for with {@code digest=true}, or when the index asked
 *        for with {@code digestIndex=} is not kept
 * @param sinceLeaderContactMs milliseconds since a follower heard its leader, -1 if never, or if it leads
 * @param voters the voters in force
 * @param votersIndex index of the entry that put them into force; where the log begins if none did
 * @param observers who gets the log from this leader without a vote; empty on others
 * @param followers a leader's view of the others, observers included
 */
public record QuorumStatusResponse(int nodeId, @Nullable UUID directoryId, @Nullable String clusterId, String state,
    String detail, @Nullable String role, boolean active, long term, int leaderId, @Nullable LeaderHint leader,
    long commitIndex, long appliedIndex, long lastIndex, long durableIndex, long logStartIndex,
    long snapshotIndex, long snapshotBytes, long digestIndex, @Nullable String imageDigest,
    long sinceLeaderContactMs, List<VoterWire> voters, long votersIndex,
    List<VoterWire> observers, List<Follower> followers) {
  /** A voter with its directory and internal address. */
  public record VoterWire(int nodeId, UUID directoryId, String host, int port) {}

  /**
   * @param voter whether it votes
   * @param matchIndex up to here its log is known to equal the leader's
   * @param lag entries of the leader it does not have yet
   * @param lastAckAgeMs milliseconds since the sending of the newest request it answered
   * @param snapshotPercent how much of a snapshot it has received, -1 when none is being sent
   */
  public record Follower(int nodeId, UUID directoryId, boolean voter, long matchIndex, long lag, long lastAckAgeMs,
      int snapshotPercent) {}
}
