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
 * @param state STARTING, FORMING, LEFT_OUT, RECOVERING, RUNNING, STOPPING or FAILED
 * @param detail what it waits for or what is wrong, and what to do; empty when running
 * @param role FOLLOWER, PRE_CANDIDATE, CANDIDATE or LEADER; null unless running
 * @param active whether it decides about metadata: it leads and has applied its term's first entry
 * @param leaderId node id of the term's leader, -1 when unknown
 * @param leader where that leader answers, when known
 * @param durableIndex last index forced to its disk
 * @param imageDigest digest of the metadata at {@code appliedIndex}
 * @param sinceLeaderContactMs milliseconds since a follower heard its leader, -1 if never, or if it leads
 * @param voters the voters in force
 * @param followers a leader's view of the others
 */
public record QuorumStatusResponse(int nodeId, @Nullable UUID directoryId, @Nullable String clusterId, String state,
    String detail, @Nullable String role, boolean active, long term, int leaderId, @Nullable LeaderHint leader,
    long commitIndex, long appliedIndex, long lastIndex, long durableIndex, @Nullable String imageDigest,
    long sinceLeaderContactMs, List<VoterWire> voters, List<Follower> followers) {
  /** A voter with its directory and internal address. */
  public record VoterWire(int nodeId, UUID directoryId, String host, int port) {}

  /**
   * @param matchIndex up to here its log is known to equal the leader's
   * @param lag entries of the leader it does not have yet
   * @param lastAckAgeMs milliseconds since the sending of the newest request it answered
   */
  public record Follower(int nodeId, long matchIndex, long lag, long lastAckAgeMs) {}
}
