package io.ottla.controller.raft;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** What a leader does: opens its term, sends entries and heartbeats, counts replicas, answers proposals and reads (Q20 to Q30). */
public final class Replication {
  private final QuorumState quorum;
  private final SnapshotSender snapshots;
  private final LeadershipTransfer transfer;

  Replication(QuorumState quorum) {
    this.quorum = quorum;
    this.snapshots = new SnapshotSender(quorum);
    this.transfer = new LeadershipTransfer(quorum);
  }

  LeadershipTransfer transfer() {
    return transfer;
  }

  /** The election is won: the first thing in the term is an entry of this term (Q20). */
  void startTerm(Collection<ReplicaKey> grantingVoters) {
    LeaderState leader = quorum.becomeLeader();
    if (quorum.rules().opensTermWithEntry()) {
      append(EntryType.LEADER_CHANGE, LeaderChange.payload(quorum.self(), quorum.voters(), grantingVoters));
      leader.broadcastDone(quorum.nextRequestId() - 1, quorum.nowMs() + quorum.config().heartbeatMs());
      sendEntries(leader);
    } else {
      activate(leader);
      broadcast(leader);
    }
  }

  /** Timers of a leader: lost requests, check-quorum, heartbeats. */
  void tick(LeaderState leader) {
    long now = quorum.nowMs();
    for (PeerProgress peer : leader.peers()) {
      peer.expire(now, quorum.config());
    }
    if (leader.contactsSince(now - quorum.config().checkQuorumMs(), quorum.voters()) < quorum.voters().majority()) {
      quorum.stepDown(now + quorum.electionTimeout());
      return;
    }
    expireObservers(leader);
    transfer.tick(leader);
    if (leader.heartbeatIsDue(now)) {
      broadcast(leader);
    }
    sendEntries(leader);
  }

  private void expireObservers(LeaderState leader) {
    long oldestMs = quorum.nowMs() - quorum.config().observerTimeoutMs();
    if (leader.observers().values().removeIf(observer -> observer.seenMs() < oldestMs)) {
      quorum.votersChanged();
    }
  }

  /** Appends a proposal, or refuses it before anything is appended (Q26, Q49). */
  void propose(RaftInput.Propose proposal) {
    List<RaftNotice> notices = quorum.notices();
    long id = proposal.proposalId();
    if (!(quorum.role() instanceof LeaderState leader) || !leader.isActive() || proposal.term() != quorum.term()) {
      notices.add(new RaftNotice.ProposalRefused(id, RaftNotice.Refusal.NOT_LEADER, quorum.leader()));
      return;
    }
    if (leader.handOver() != null) {
      notices.add(new RaftNotice.ProposalRefused(id, RaftNotice.Refusal.TRANSFERRING, quorum.leader()));
      return;
    }
    long bytes = 0;
    boolean tooLarge = false;
    for (byte[] payload : proposal.payloads()) {
      bytes += payload.length + LogEntry.OVERHEAD_BYTES;
      tooLarge |= payload.length + LogEntry.OVERHEAD_BYTES > quorum.config().maxEntryBytes();
    }
    if (tooLarge || leader.proposals().bytes() + bytes > quorum.config().maxUncommittedBytes()) {
      var reason = tooLarge ? RaftNotice.Refusal.TOO_LARGE : RaftNotice.Refusal.BUSY;
      notices.add(new RaftNotice.ProposalRefused(id, reason, quorum.leader()));
      return;
    }
    long firstIndex = quorum.log().lastIndex() + 1;
    proposal.payloads().forEach(payload -> append(EntryType.DATA, payload));
    appended(leader, id, firstIndex, bytes);
  }

  /** A change of the voters that passed all guards: in force from now on (Q38). */
  void changeVoters(LeaderState leader, long changeId, VoterSet voters) {
    byte[] payload = voters.encode();
    append(EntryType.VOTER_SET, payload);
    appended(leader, changeId, quorum.log().lastIndex(), payload.length + LogEntry.OVERHEAD_BYTES);
  }

  private void appended(LeaderState leader, long id, long firstIndex, long bytes) {
    long lastIndex = quorum.log().lastIndex();
    leader.proposals().add(id, lastIndex, bytes);
    quorum.notices().add(new RaftNotice.ProposalAppended(id, firstIndex, lastIndex, quorum.term()));
    sendEntries(leader);
    advanceCommit(leader);
  }

  /** Registers a read, to be answered once leadership is confirmed from now on (Q30). */
  void read(long readId) {
    if (!(quorum.role() instanceof LeaderState leader) || !leader.isActive()) {
      quorum.notices().add(new RaftNotice.ReadRefused(readId, quorum.leader()));
      return;
    }
    boolean roundIsRunning = !leader.reads().isEmpty();
    leader.reads().add(readId, quorum.commitIndex(), quorum.nextRequestId());
    if (!roundIsRunning) {
      broadcast(leader);
    }
    answerReads(leader);
  }

  /** A follower answered an append in the current term (Q23). */
  public void answered(LeaderState leader, RaftMessage.AppendReply reply) {
    PeerProgress peer = leader.peer(reply.envelope().from());
    if (peer == null) {
      return;
    }
    PeerProgress.InFlight request = peer.answered(reply.envelope().requestId());
    if (reply.success()) {
      if (reply.matchIndex() > quorum.log().lastIndex()) {
        throw new RaftInvariantException(peer.key() + " acknowledged " + reply.matchIndex() + " beyond the last index "
            + quorum.log().lastIndex());
      }
      peer.matched(reply.matchIndex(), request != null && request.bulk(), quorum.nextRequestId());
      advanceCommit(leader);
    } else if (request != null && peer.hasForgotten(reply.envelope().requestId(), request.prevIndex())) {
      // No correct disk does this (Q45 refuses what is proven); what it still holds of the committed entries must not be overstated.
      quorum.notices().add(new RaftNotice.ConfirmedEntriesLost(peer.key(), peer.matchIndex(), reply.conflictIndex()));
      peer.forgot(backUp(request.prevIndex(), reply));
    } else if (request != null && request.bulk()) {
      // A refusal at or below the matching point was overtaken by a success (Q23): it says nothing about the log, but its entries are lost.
      boolean overtaken = request.prevIndex() <= peer.matchIndex();
      peer.probeFrom(overtaken ? peer.matchIndex() + 1 : backUp(request.prevIndex(), reply));
    }
    if (quorum.role() != leader) {
      return; // this answer committed this leader's own removal
    }
    sendEntries(leader, peer);
    transfer.advance(leader);
    answerReads(leader);
  }

  /** A follower answered a piece of a snapshot (Q34). */
  public void answered(LeaderState leader, RaftMessage.SnapshotReply reply) {
    PeerProgress peer = leader.peer(reply.envelope().from());
    if (peer == null) {
      return;
    }
    snapshots.answered(peer, reply);
    sendEntries(leader, peer);
    answerReads(leader);
  }

  /** Where to look next: behind our own last entry of the conflicting term, else where the follower's run of it starts (Q23). */
  private long backUp(long prevIndex, RaftMessage.AppendReply reply) {
    long hinted = Math.min(reply.conflictIndex(), prevIndex);
    if (reply.conflictTerm() == 0) {
      return hinted;
    }
    LogView log = quorum.log();
    long index = prevIndex;
    while (index >= hinted && index >= log.firstIndex() && log.termAt(index) > reply.conflictTerm()) {
      index--;
    }
    return index >= log.firstIndex() && log.termAt(index) == reply.conflictTerm() ? index + 1 : hinted;
  }

  /** Our own log became durable further, or a follower's did: commit what a majority holds (Q24). */
  void advanceCommit(LeaderState leader) {
    LogView log = quorum.log();
    VoterSet voters = quorum.voters();
    var matched = new long[voters.size()];
    for (int at = 0; at < matched.length; at++) {
      matched[at] = matchedBy(leader, voters.voters().get(at).key());
    }
    Arrays.sort(matched);
    long held = matched[matched.length - quorum.rules().commitMajority(voters, voters.contains(quorum.self()))];
    if (held <= quorum.commitIndex() || !quorum.rules().commitsByCounting(log.termAt(held), quorum.term())) {
      return;
    }
    quorum.commitTo(held);
    leader.proposals().committed(held, quorum.notices());
    if (!leader.isActive() && held >= leader.termStartIndex()) {
      activate(leader);
    }
    tellIdleFollowers(leader);
    if (leader.isActive() && !voters.contains(quorum.self()) && quorum.votersIndex() <= quorum.commitIndex()) {
      transfer.leaveAfterRemoval(leader);
    }
  }

  private long matchedBy(LeaderState leader, ReplicaKey voter) {
    if (voter.equals(quorum.self())) {
      return quorum.rules().ownMatchIndex(quorum.log().durableIndex(), quorum.log().lastIndex());
    }
    PeerProgress peer = leader.peer(voter);
    return peer == null ? 0 : peer.matchIndex();
  }

  private void activate(LeaderState leader) {
    leader.activate();
    quorum.notices().add(new RaftNotice.LeaderActivated(quorum.term(), leader.termStartIndex()));
  }

  /** Followers with nothing else on the way learn of the commit now rather than with the next heartbeat. */
  private void tellIdleFollowers(LeaderState leader) {
    for (PeerProgress peer : leader.peers()) {
      if (peer.isReplicating() && peer.bulkInFlight() == 0 && peer.nextIndex() > quorum.log().lastIndex()) {
        heartbeat(peer);
      }
    }
  }

  private void append(EntryType type, byte[] payload) {
    quorum.append(new LogEntry(quorum.log().lastIndex() + 1, quorum.term(), type, payload));
  }

  /** A heartbeat to everyone, whatever else is in flight (Q48). */
  private void broadcast(LeaderState leader) {
    leader.peers().forEach(this::heartbeat);
    leader.broadcastDone(quorum.nextRequestId() - 1, quorum.nowMs() + quorum.config().heartbeatMs());
  }

  /** An empty append at the known matching point: it can neither be refused nor move anything but time and the commit index. */
  private void heartbeat(PeerProgress peer) {
    // What precedes the log matches nowhere but at its very beginning, which is why followers take that for a match everywhere.
    send(peer, peer.matchIndex() < quorum.log().firstIndex() - 1 ? 0 : peer.matchIndex(), List.of());
  }

  private void sendEntries(LeaderState leader) {
    for (PeerProgress peer : leader.peers()) {
      sendEntries(leader, peer);
    }
  }

  /** Sends what the follower lacks, as far as its window allows. */
  private void sendEntries(LeaderState leader, PeerProgress peer) {
    if (quorum.role() != leader) {
      return;
    }
    if (peer.transfer() != null || peer.nextIndex() < quorum.log().firstIndex()) {
      snapshots.send(peer);
      return;
    }
    while (peer.nextIndex() <= quorum.log().lastIndex() && peer.hasRoom(quorum.config())) {
      int room = peer.roomInBytes(quorum.config());
      send(peer, peer.nextIndex() - 1, quorum.log().read(peer.nextIndex(), quorum.config().maxAppendEntries(), room));
    }
  }

  private void send(PeerProgress peer, long prevIndex, List<LogEntry> entries) {
    var request = new RaftMessage.AppendRequest(quorum.request(peer.key()), prevIndex,
        prevIndex == 0 ? 0 : quorum.log().termAt(prevIndex), entries, quorum.commitIndex());
    long bytes = 0;
    for (LogEntry entry : entries) {
      bytes += entry.sizeInBytes();
    }
    peer.sent(request, bytes, quorum.nowMs());
    quorum.send(request);
  }

  /** Answers the reads whose round is complete, and starts another one for those that came after it (Q30). */
  private void answerReads(LeaderState leader) {
    PendingReads reads = leader.reads();
    while (!reads.isEmpty()) {
      long first = Math.max(reads.oldestFirstRequestId(), leader.stallFloorRequestId());
      if (!quorum.rules().confirmsRead(leader.confirmations(first, quorum.voters()), quorum.voters())) {
        break;
      }
      reads.confirmOldest(quorum.notices());
    }
    boolean roundIsRunning = reads.oldestFirstRequestId() <= leader.lastBroadcastRequestId();
    if (!reads.isEmpty() && !roundIsRunning) {
      broadcast(leader);
    }
  }
}
