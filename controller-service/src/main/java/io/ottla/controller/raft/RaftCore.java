package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import io.ottla.controller.raft.rpc.AppendHandler;
import io.ottla.controller.raft.rpc.PreVoteHandler;
import io.ottla.controller.raft.rpc.SnapshotHandler;
import io.ottla.controller.raft.rpc.TimeoutNowHandler;
import io.ottla.controller.raft.rpc.VoteHandler;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Raft state machine of one voter or observer: {@code step(input, now) -> output}. Same inputs, same log, same random numbers: same outputs. See
 * {@link RaftOutput} for what its driver owes it and {@link QuorumState} for the roles. One thread.
 */
public final class RaftCore {
  private final QuorumState quorum;
  private final Replication replication;
  private final Election election;
  private final PreVoteHandler preVotes;
  private final VoteHandler votes;
  private final AppendHandler appends;
  private final SnapshotHandler snapshots;
  private final TimeoutNowHandler timeoutNow;
  private final Membership membership;
  private long lastTickMs;
  private boolean stalledBefore;

  /**
   * Starts as follower, or as observer if the voter set in force does not name this disk.
   *
   * @param identity who this node is and with whom its disk began
   * @param address where this node answers, for leaders that do not know it as a voter; null if it never observes
   * @param config timings and limits
   * @param hardState what was stored last, {@link HardState#INITIAL} for a freshly formatted disk
   * @param log the recovered log
   * @param snapshots the recovered snapshots; the newest one ends inside the log, or right before it
   * @param random source of election timeouts and of the first request id
   * @param nowMs monotonic milliseconds
   */
  public RaftCore(RaftIdentity identity, @Nullable Voter address, RaftConfig config, HardState hardState, RaftLog log,
      SnapshotStore snapshots, RandomSource random, long nowMs) {
    this(identity, address, config, RaftRules.PROTOCOL, hardState, log, snapshots, random, nowMs);
  }

  RaftCore(RaftIdentity identity, @Nullable Voter address, RaftConfig config, RaftRules rules, HardState hardState,
      RaftLog log, SnapshotStore snapshotStore, RandomSource random, long nowMs) {
    quorum = new QuorumState(identity, address, config, rules, hardState, new LogView(log), snapshotStore, random,
        nowMs);
    replication = new Replication(quorum);
    election = new Election(quorum, replication);
    preVotes = new PreVoteHandler(quorum, election);
    votes = new VoteHandler(quorum, election);
    appends = new AppendHandler(quorum, replication);
    snapshots = new SnapshotHandler(quorum, replication);
    timeoutNow = new TimeoutNowHandler(quorum, election);
    membership = new Membership(quorum, replication);
    lastTickMs = nowMs;
  }

  /**
   * Takes one input and says what is to be done about it.
   *
   * @param nowMs monotonic milliseconds, never less than in the step before
   */
  public RaftOutput step(RaftInput input, long nowMs) {
    quorum.begin(nowMs);
    switch (input) {
      case RaftInput.Tick _ -> tick();
      case RaftInput.MessageReceived received -> receive(received.message());
      case RaftInput.TransportFailed failed -> transportFailed(failed);
      case RaftInput.Propose proposal -> replication.propose(proposal);
      case RaftInput.Persisted persisted -> persisted(persisted.writeId());
      case RaftInput.ReadIndex read -> replication.read(read.readId());
      case RaftInput.ChangeVoters change -> membership.change(change);
      case RaftInput.TransferLeadership transfer -> transfer(transfer.target());
      case RaftInput.PeerGone gone -> peerGone(gone.peer());
      case RaftInput.SnapshotWritten written -> snapshotWritten(written.snapshot());
      case RaftInput.SnapshotPieceStored piece -> snapshots.pieceStored(piece);
      case RaftInput.SnapshotReceived received -> snapshots.received(received);
      case RaftInput.Resign _ -> resign();
    }
    return quorum.end();
  }

  private void tick() {
    boolean stalled = quorum.nowMs() - lastTickMs > quorum.config().electionMinMs() / 2;
    lastTickMs = quorum.nowMs();
    if (stalled && (!stalledBefore || quorum.role() instanceof LeaderState)) {
      // Q29: the process stood still, so what it did not hear proves nothing. But where every tick is late somebody must campaign.
      election.restartTimers();
    }
    stalledBefore = stalled;
    membership.tick();
    switch (quorum.role()) {
      case FollowerState follower -> {
        if (follower.hasLostPatience(quorum.nowMs()) && quorum.mayCampaign()) {
          election.losePatience(follower);
        }
      }
      case PreCandidateState preCandidate -> election.tick(preCandidate);
      case CandidateState candidate -> election.tick(candidate);
      case LeaderState leader -> replication.tick(leader);
    }
  }

  private void receive(RaftMessage message) {
    Envelope envelope = message.envelope();
    if (!envelope.clusterId().equals(quorum.clusterId()) || !envelope.to().equals(quorum.self())) {
      refuseMisaddressed(message);
      return;
    }
    switch (message) {
      case RaftMessage.PreVoteRequest request -> preVotes.onRequest(request);
      case RaftMessage.PreVoteReply reply -> preVotes.onReply(reply);
      case RaftMessage.VoteRequest request -> votes.onRequest(request);
      case RaftMessage.VoteReply reply -> votes.onReply(reply);
      case RaftMessage.AppendRequest request -> appends.onRequest(request);
      case RaftMessage.AppendReply reply -> appends.onReply(reply);
      case RaftMessage.SnapshotRequest request -> snapshots.onRequest(request);
      case RaftMessage.SnapshotReply reply -> snapshots.onReply(reply);
      case RaftMessage.TimeoutNowRequest request -> timeoutNow.onRequest(request);
      case RaftMessage.TimeoutNowReply reply -> timeoutNow.onReply(reply);
      case RaftMessage.ObserveRequest request -> membership.onRequest(request);
      case RaftMessage.ObserveReply reply -> membership.onReply(reply);
      case RaftMessage.MisaddressedReply reply -> transportFailed(
          new RaftInput.TransportFailed(envelope.from(), reply.envelope().requestId()));
    }
  }

  /** Q7: an answer that names the mismatch, and no change of anything here. */
  private void refuseMisaddressed(RaftMessage message) {
    if (message instanceof RaftMessage.Request) {
      Envelope envelope = message.envelope();
      String reason = "this is " + quorum.self() + " of cluster " + quorum.clusterId() + ", not " + envelope.to()
          + " of "
          + envelope.clusterId();
      quorum.send(new RaftMessage.MisaddressedReply(quorum.reply(envelope), reason));
    }
  }

  private void transportFailed(RaftInput.TransportFailed failed) {
    if (quorum.role() instanceof LeaderState leader) {
      PeerProgress peer = leader.peer(failed.to());
      if (peer != null) {
        peer.broken(quorum.nowMs());
        peer.lost(failed.requestId());
      }
    } else if (quorum.role() instanceof CandidateState candidate && quorum.voters().contains(failed.to())) {
      election.unreachable(candidate, failed.to());
    }
  }

  /** More of the log is durable: a leader may count itself further, a follower may acknowledge what it held back. */
  private void persisted(long writeId) {
    quorum.log().persisted(writeId);
    switch (quorum.role()) {
      case LeaderState leader -> replication.advanceCommit(leader);
      case FollowerState follower -> releaseReplies(follower);
      case PreCandidateState _,CandidateState _ -> {
      }
    }
  }

  private void releaseReplies(FollowerState follower) {
    for (Iterator<FollowerState.HeldReply> held = follower.heldReplies().iterator(); held.hasNext();) {
      FollowerState.HeldReply reply = held.next();
      if (reply.verifiedIndex() <= quorum.log().durableIndex()) {
        held.remove();
        quorum.send(new RaftMessage.AppendReply(quorum.reply(reply.request()), true, reply.verifiedIndex(), 0, 0));
      }
    }
  }

  private void transfer(@Nullable ReplicaKey target) {
    if (quorum.role() instanceof LeaderState leader) {
      replication.transfer().start(leader, target);
    }
  }

  private void peerGone(ReplicaKey peer) {
    if (quorum.role() instanceof FollowerState follower && peer.equals(follower.leader())) {
      election.leaderGone(follower, peer);
    }
  }

  /** Only a durable snapshot lets entries go (Q33). */
  private void snapshotWritten(Snapshot snapshot) {
    LogView log = quorum.log();
    long upTo = quorum.rules().droppableTo(snapshot.id(), log.durableIndex(), quorum.config().logTailEntries());
    if (upTo >= log.firstIndex()) {
      quorum.dropLogTo(upTo);
    }
    SnapshotId newest = quorum.snapshots().newest().orElse(snapshot).id();
    quorum.write(new SnapshotWrite.Prune(newest, SnapshotSender.inUse(quorum.role())));
  }

  private void resign() {
    long deadline = quorum.nowMs() + 2L * quorum.config().electionMaxMs();
    switch (quorum.role()) {
      case FollowerState follower -> follower.restartDeadline(deadline);
      case PreCandidateState _,CandidateState _,LeaderState _ -> quorum.stepDown(deadline);
    }
  }

  /**
   * Committed entries from {@code fromIndex} on, for applying; call on the Raft thread.
   *
   * @param fromIndex at least the log's first index and at most commit index + 1
   * @param maxEntries limit on the number of entries
   * @param maxBytes limit on their size; at least one is returned if there is one
   */
  public List<LogEntry> readCommitted(long fromIndex, int maxEntries, int maxBytes) {
    long committed = quorum.commitIndex() - fromIndex + 1;
    return committed <= 0 ? List.of() : quorum.log().read(fromIndex, (int) Math.min(maxEntries, committed), maxBytes);
  }

  /** The voter set in force at an index from the commit index on or at it, for a snapshot taken there; call on the Raft thread. */
  public VoterSet votersAt(long index) {
    return quorum.votersAt(index);
  }

  /** Whom this node may send messages to, before any {@link RaftNotice.PeersChanged} says otherwise; call on the Raft thread. */
  public VoterSet voters() {
    return quorum.voters();
  }

  /** What this voter knows at the given monotonic time; call on the Raft thread. */
  public QuorumReport report(long nowMs) {
    LogView log = quorum.log();
    boolean active = false;
    boolean confirmed = false;
    boolean transferring = false;
    long termStartIndex = 0;
    long uncommittedBytes = 0;
    var peers = new ArrayList<QuorumReport.Peer>();
    List<Voter> observers = List.of();
    if (quorum.role() instanceof LeaderState leader) {
      active = leader.isActive();
      confirmed = active
          && leader.confirmations(leader.stallFloorRequestId(), quorum.voters()) >= quorum.voters().majority();
      transferring = leader.handOver() != null;
      observers = leader.observerAddresses();
      termStartIndex = leader.termStartIndex();
      uncommittedBytes = leader.proposals().bytes();
      leader.peers().forEach(peer -> peers.add(peer.report(nowMs, quorum.voters().contains(peer.key()))));
    }
    long sinceContactMs = quorum.role() instanceof FollowerState follower ? follower.sinceContactMs(nowMs) : -1;
    return new QuorumReport(quorum.self(), quorum.roleNow(), quorum.term(), quorum.role().leader(),
        quorum.hardState().votedFor(), active, confirmed, termStartIndex, quorum.commitIndex(), log.firstIndex(),
        log.lastIndex(), log.lastTerm(), log.durableIndex(), uncommittedBytes, sinceContactMs, quorum.voters(),
        quorum.votersIndex(),
        quorum.snapshots().newest().orElse(null), transferring, observers, peers);
  }
}
