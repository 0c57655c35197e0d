package io.ottla.controller.raft;

import org.jspecify.annotations.Nullable;

/**
 * Hands leadership over (Q39; dissertation §3.10): stop accepting proposals, wait until the target has the whole log, tell it to campaign at
 * once. If it has not won within an election timeout, this leader goes on as if nothing had happened.
 */
final class LeadershipTransfer {
  private final QuorumState quorum;

  LeadershipTransfer(QuorumState quorum) {
    this.quorum = quorum;
  }

  /** Starts a hand-over; without a voter that answers nothing happens. */
  void start(LeaderState leader, @Nullable ReplicaKey wanted) {
    if (!leader.isActive() || leader.handOver() != null) {
      return;
    }
    ReplicaKey target = wanted != null ? wanted : furthest(leader);
    if (target == null || target.equals(quorum.self()) || !quorum.voters().contains(target)) {
      return;
    }
    leader.handOver(new LeaderState.HandOver(target, quorum.nowMs(), quorum.nowMs() + quorum.config().electionMinMs()));
    advance(leader);
  }

  /** The voter that answers and has the most of the log; of equals, the one that has been there longest. */
  private @Nullable ReplicaKey furthest(LeaderState leader) {
    long heardSinceMs = quorum.nowMs() - quorum.config().checkQuorumMs();
    PeerProgress best = null;
    for (PeerProgress peer : leader.peers()) {
      if (quorum.voters().contains(peer.key()) && peer.lastAckedSendTimeMs() >= heardSinceMs
          && (best == null || isBetter(peer, best))) {
        best = peer;
      }
    }
    return best == null ? null : best.key();
  }

  /** Further, or as far and longer steadily there: whoever has just been started would keep everybody waiting. */
  private static boolean isBetter(PeerProgress one, PeerProgress other) {
    return one.matchIndex() != other.matchIndex()
        ? one.matchIndex() > other.matchIndex()
        : one.steadySinceMs() < other.steadySinceMs();
  }

  /** Asks the target to campaign once it has everything; asks again while nothing comes of it, for the request may get lost. */
  void advance(LeaderState leader) {
    LeaderState.HandOver running = leader.handOver();
    if (running == null || !running.requestIsDue(quorum.nowMs())) {
      return;
    }
    PeerProgress peer = leader.peer(running.target());
    if (peer != null && peer.matchIndex() == quorum.log().lastIndex()) {
      running.requested(quorum.nowMs() + quorum.config().heartbeatMs());
      request(running.target());
    }
  }

  private void request(ReplicaKey target) {
    quorum.send(new RaftMessage.TimeoutNowRequest(quorum.request(target)));
  }

  void tick(LeaderState leader) {
    LeaderState.HandOver running = leader.handOver();
    if (running == null) {
      return;
    }
    if (running.isOver(quorum.nowMs()) || !quorum.voters().contains(running.target())) {
      leader.handOver(null);
    } else {
      advance(leader);
    }
  }

  /** This leader's own removal is committed: it leaves, and whoever has everything takes over at once (Q38). */
  void leaveAfterRemoval(LeaderState leader) {
    ReplicaKey successor = furthest(leader);
    if (successor != null) {
      request(successor);
    }
    quorum.stepDown(quorum.nowMs() + quorum.electionTimeout());
  }
}
