package io.ottla.controller.raft;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** What a leader does: opens its term, sends entries and heartbeats, counts replicas, answers proposals and reads (Q20 to Q30). */
public final class Replication {
  private final QuorumState quorum;

  Replication(QuorumState quorum) {
    this.quorum = quorum;
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
      peer.expire(now - quorum.config().appendTimeoutMs());
    }
    if (leader.contactsSince(now - quorum.config().checkQuorumMs()) < quorum.voters().majority()) {
      quorum.stepDown(now + quorum.electionTimeout());
      return;
    }
    if (leader.heartbeatIsDue(now)) {
      leader.peers().forEach(PeerProgress::heartbeatDue);
      broadcast(leader);
    }
    sendEntries(leader);
  }

  /** Appends a proposal, or refuses it before anything is appended (Q26, Q49). */
  void propose(RaftInput.Propose proposal) {
    List<RaftNotice> notices = quorum.notices();
    long id = proposal.proposalId();
    if (!(quorum.role() instanceof LeaderState leader) || !leader.isActive() || proposal.term() != quorum.term()) {
      notices.add(new RaftNotice.ProposalRefused(id, RaftNotice.Refusal.NOT_LEADER, quorum.leader()));
      return;
    }
    long bytes = 0;
    boolean tooLarge = false;
    for (byte[] payload : proposal.payloads()) {
      bytes += payload.length + LogEntry.OVERHEAD_BYTES;
      tooLarge |= payload.length + LogEntry.OVERHEAD_BYTES > quorum.config().maxAppendBytes();
    }
    if (tooLarge || leader.proposals().bytes() + bytes > quorum.config().maxUncommittedBytes()) {
      var reason = tooLarge ? RaftNotice.Refusal.TOO_LARGE : RaftNotice.Refusal.BUSY;
      notices.add(new RaftNotice.ProposalRefused(id, reason, quorum.leader()));
      return;
    }
    long firstIndex = quorum.log().lastIndex() + 1;
    proposal.payloads().forEach(payload -> append(EntryType.DATA, payload));
    long lastIndex = quorum.log().lastIndex();
    leader.proposals().add(id, lastIndex, bytes);
    notices.add(new RaftNotice.ProposalAppended(id, firstIndex, lastIndex, quorum.term()));
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
      peer.matched(reply.matchIndex(), request != null && request.bulk());
      advanceCommit(leader);
    } else if (request != null && request.bulk()) {
      // A refusal at or below the matching point was overtaken by a success (Q23): it says nothing about the log, but its entries are lost.
      boolean overtaken = request.prevIndex() <= peer.matchIndex();
      peer.probeFrom(overtaken ? peer.matchIndex() + 1 : backUp(request.prevIndex(), reply));
    }
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
    var matched = new long[leader.peers().size() + 1];
    int at = 0;
    matched[at++] = quorum.rules().ownMatchIndex(log.durableIndex(), log.lastIndex());
    for (PeerProgress peer : leader.peers()) {
      matched[at++] = peer.matchIndex();
    }
    Arrays.sort(matched);
    long held = matched[matched.length - quorum.voters().majority()];
    if (held <= quorum.commitIndex() || !quorum.rules().commitsByCounting(log.termAt(held), quorum.term())) {
      return;
    }
    quorum.commitTo(held);
    leader.proposals().committed(held, quorum.notices());
    if (!leader.isActive() && held >= leader.termStartIndex()) {
      activate(leader);
    }
    tellIdleFollowers(leader);
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
    quorum.log().append(new LogEntry(quorum.log().lastIndex() + 1, quorum.term(), type, payload));
  }

  /** A heartbeat to everyone, whatever else is in flight (Q48). */
  private void broadcast(LeaderState leader) {
    leader.peers().forEach(this::heartbeat);
    leader.broadcastDone(quorum.nextRequestId() - 1, quorum.nowMs() + quorum.config().heartbeatMs());
  }

  /** An empty append at the known matching point: it can neither be refused nor move anything but time and the commit index. */
  private void heartbeat(PeerProgress peer) {
    send(peer, peer.matchIndex(), List.of());
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
    while (peer.nextIndex() <= quorum.log().lastIndex() && peer.hasRoom(quorum.config())) {
      int room = peer.roomInBytes(quorum.config());
      send(peer, peer.nextIndex() - 1, quorum.log().read(peer.nextIndex(), quorum.config().maxAppendEntries(), room));
    }
  }

  private void send(PeerProgress peer, long prevIndex, List<LogEntry> entries) {
    var request = new RaftMessage.AppendRequest(quorum.request(peer.key()), prevIndex, quorum.log().termAt(prevIndex),
        entries, quorum.commitIndex());
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
      if (!quorum.rules().confirmsRead(leader.confirmations(first), quorum.voters())) {
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
