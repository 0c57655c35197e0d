package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A leader: the progress of followers and observers, and what clients are waiting for. */
public final class LeaderState implements RoleState {
  private static final int MAX_EXCUSES = 5;

  private final ReplicaKey self;
  private final long termStartIndex;
  private final SortedMap<ReplicaKey, PeerProgress> progress = new TreeMap<>();
  private final SortedMap<ReplicaKey, Observer> observers = new TreeMap<>();
  private List<PeerProgress> peers = List.of();
  private final PendingProposals proposals = new PendingProposals();
  private final PendingReads reads = new PendingReads();
  private @Nullable HandOver handOver;
  private boolean active;
  private long nextHeartbeatMs;
  private long lastBroadcastRequestId;
  private long stallFloorRequestId;
  private long excusedRequestId;
  private int excuses;

  LeaderState(ReplicaKey self, long termStartIndex, long nowMs) {
    this.self = self;
    this.termStartIndex = termStartIndex;
    this.nextHeartbeatMs = nowMs;
  }

  /**
   * A node that gets the log without a vote.
   *
   * @param address where it answers
   * @param seenMs when it last showed itself
   */
  record Observer(Voter address, long seenMs) {}

  /** A hand-over of leadership under way (Q39). */
  static final class HandOver {
    private final ReplicaKey target;
    private final long deadlineMs;
    private long nextRequestMs;

    HandOver(ReplicaKey target, long nowMs, long deadlineMs) {
      this.target = target;
      this.deadlineMs = deadlineMs;
      this.nextRequestMs = nowMs;
    }

    ReplicaKey target() {
      return target;
    }

    boolean isOver(long nowMs) {
      return nowMs >= deadlineMs;
    }

    boolean requestIsDue(long nowMs) {
      return nowMs >= nextRequestMs;
    }

    void requested(long nextMs) {
      nextRequestMs = nextMs;
    }
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

  @Nullable
  HandOver handOver() {
    return handOver;
  }

  void handOver(@Nullable HandOver started) {
    handOver = started;
  }

  /** Followers and observers, in order of identity. */
  List<PeerProgress> peers() {
    return peers;
  }

  @Nullable
  PeerProgress peer(ReplicaKey key) {
    return progress.get(key);
  }

  SortedMap<ReplicaKey, Observer> observers() {
    return observers;
  }

  /** Makes the peers equal to the voters in force and the observers; what is known of a peer stays known whatever it becomes. */
  void syncPeers(VoterSet voters, long nextIndex, long nowMs) {
    progress.keySet().removeIf(key -> !voters.contains(key) && !observers.containsKey(key));
    for (ReplicaKey voter : voters.peersOf(self)) {
      progress.computeIfAbsent(voter, key -> new PeerProgress(key, nextIndex, nowMs));
    }
    for (ReplicaKey observer : observers.keySet()) {
      progress.computeIfAbsent(observer, key -> new PeerProgress(key, nextIndex, nowMs));
    }
    peers = List.copyOf(progress.values());
  }

  PendingProposals proposals() {
    return proposals;
  }

  PendingReads reads() {
    return reads;
  }

  /** Of these voters, how many have answered this request or a later one; this leader has, if it is one of them. */
  int confirmations(long requestId, VoterSet voters) {
    int confirmations = voters.contains(self) ? 1 : 0;
    for (PeerProgress peer : peers) {
      if (peer.lastAckedRequestId() >= requestId && voters.contains(peer.key())) {
        confirmations++;
      }
    }
    return confirmations;
  }

  /** Of these voters, how many have answered a request sent at this time or later; this leader has, if it is one of them (Q28). */
  int contactsSince(long sentMs, VoterSet voters) {
    int contacts = voters.contains(self) ? 1 : 0;
    for (PeerProgress peer : peers) {
      if (peer.lastAckedSendTimeMs() >= sentMs && voters.contains(peer.key())) {
        contacts++;
      }
    }
    return contacts;
  }

  /**
   * Of these voters, how many have really answered a request sent at this time or later; this leader has, if it is one of them. Unlike for
   * check-quorum, whose clocks start with the term and anew after a stall, silence is not excused.
   */
  int answersSince(long sentMs, VoterSet voters) {
    int answers = voters.contains(self) ? 1 : 0;
    for (PeerProgress peer : peers) {
      if (hasAnsweredSince(peer, sentMs) && voters.contains(peer.key())) {
        answers++;
      }
    }
    return answers;
  }

  /** Whether a peer has answered, in this term and after the last stall, a request sent at this time or later. */
  boolean hasAnsweredSince(PeerProgress peer, long sentMs) {
    return peer.lastAckedSendTimeMs() >= sentMs && peer.lastAckedRequestId() >= Math.max(1, stallFloorRequestId);
  }

  /** Addresses of the observers, in order of identity. */
  List<Voter> observerAddresses() {
    var addresses = new ArrayList<Voter>();
    observers.values().forEach(observer -> addresses.add(observer.address()));
    return addresses;
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

  /**
   * The process stood still: until a majority has answered this request or a later one, leadership is in doubt (Q29). The silence is excused, but
   * not for ever while nobody answers: where every tick is late a leader must notice all the same that it is alone (Q28).
   */
  void stalled(long nowMs, long nextRequestId, VoterSet voters) {
    stallFloorRequestId = nextRequestId;
    if (confirmations(excusedRequestId, voters) >= voters.majority()) {
      excusedRequestId = nextRequestId;
      excuses = 0;
    }
    if (excuses < MAX_EXCUSES) {
      excuses++;
      peers.forEach(peer -> peer.restartContact(nowMs));
    }
    observers.replaceAll((_, observer) -> new Observer(observer.address(), nowMs));
  }

  long stallFloorRequestId() {
    return stallFloorRequestId;
  }
}
