package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A leader: its followers' progress, and what clients are waiting for. */
public final class LeaderState implements RoleState {
  private final ReplicaKey self;
  private final long termStartIndex;
  private final List<PeerProgress> peers;
  private final PendingProposals proposals = new PendingProposals();
  private final PendingReads reads = new PendingReads();
  private boolean active;
  private long nextHeartbeatMs;
  private long lastBroadcastRequestId;
  private long stallFloorRequestId;

  LeaderState(ReplicaKey self, List<ReplicaKey> peerKeys, long termStartIndex, long nowMs) {
    this.self = self;
    this.termStartIndex = termStartIndex;
    this.nextHeartbeatMs = nowMs;
    var progress = new ArrayList<PeerProgress>(peerKeys.size());
    for (ReplicaKey peer : peerKeys) {
      progress.add(new PeerProgress(peer, termStartIndex, nowMs));
    }
    this.peers = List.copyOf(progress);
  }

  @Override
  public Role role() {
    return Role.LEADER;
  }

  @Override
  public ReplicaKey leader() {
    return self;
  }

  /** Index of this term's first entry. */
  long termStartIndex() {
    return termStartIndex;
  }

  /** Whether that entry is committed (Q20). */
  boolean isActive() {
    return active;
  }

  void activate() {
    active = true;
  }

  List<PeerProgress> peers() {
    return peers;
  }

  @Nullable
  PeerProgress peer(ReplicaKey key) {
    for (PeerProgress peer : peers) {
      if (peer.key().equals(key)) {
        return peer;
      }
    }
    return null;
  }

  PendingProposals proposals() {
    return proposals;
  }

  PendingReads reads() {
    return reads;
  }

  /** Voters, this one included, that have answered this request or a later one. */
  int confirmations(long requestId) {
    int confirmations = 1;
    for (PeerProgress peer : peers) {
      if (peer.lastAckedRequestId() >= requestId) {
        confirmations++;
      }
    }
    return confirmations;
  }

  /** Voters, this one included, that have answered a request sent at this time or later (Q28). */
  int contactsSince(long sentMs) {
    int contacts = 1;
    for (PeerProgress peer : peers) {
      if (peer.lastAckedSendTimeMs() >= sentMs) {
        contacts++;
      }
    }
    return contacts;
  }

  boolean heartbeatIsDue(long nowMs) {
    return nowMs >= nextHeartbeatMs;
  }

  void broadcastDone(long lastRequestId, long nextMs) {
    lastBroadcastRequestId = lastRequestId;
    nextHeartbeatMs = nextMs;
  }

  long lastBroadcastRequestId() {
    return lastBroadcastRequestId;
  }

  /** The process stood still: until a majority has answered this request or a later one, leadership is in doubt (Q29). */
  void stalled(long nowMs, long nextRequestId) {
    stallFloorRequestId = nextRequestId;
    peers.forEach(peer -> peer.restartContact(nowMs));
  }

  long stallFloorRequestId() {
    return stallFloorRequestId;
  }
}
