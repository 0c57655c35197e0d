package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.rpc.AppendHandler;
import io.ottla.controller.raft.rpc.PreVoteHandler;
import io.ottla.controller.raft.rpc.VoteHandler;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The Raft state machine of one voter: {@code step(input, now) -> output}. Same inputs, same log, same random numbers: same outputs. See
 * {@link RaftOutput} for what its driver owes it and {@link QuorumState} for the roles. One thread.
 */
public final class RaftCore {
  private final QuorumState quorum;
  private final Replication replication;
  private final Election election;
  private final PreVoteHandler preVotes;
  private final VoteHandler votes;
  private final AppendHandler appends;
  private long lastTickMs;
  private boolean stalledBefore;

  /**
   * Starts a voter as follower.
   *
   * @param identity who this voter is and with whom it votes
   * @param config timings and limits
   * @param hardState what was stored last, {@link HardState#INITIAL} for a freshly formatted disk
   * @param log the recovered log
   * @param random source of election timeouts and of the first request id
   * @param nowMs monotonic milliseconds
   */
  public RaftCore(RaftIdentity identity, RaftConfig config, HardState hardState, RaftLog log, RandomSource random,
      long nowMs) {
    this(identity, config, RaftRules.PROTOCOL, hardState, log, random, nowMs);
  }

  RaftCore(RaftIdentity identity, RaftConfig config, RaftRules rules, HardState hardState, RaftLog log,
      RandomSource random, long nowMs) {
    quorum = new QuorumState(identity, config, rules, hardState, new LogView(log), random, nowMs);
    replication = new Replication(quorum);
    election = new Election(quorum, replication);
    preVotes = new PreVoteHandler(quorum, election);
    votes = new VoteHandler(quorum, election);
    appends = new AppendHandler(quorum, replication);
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
    switch (quorum.role()) {
      case FollowerState follower -> {
        if (follower.hasLostPatience(quorum.nowMs())) {
          election.startPreVote();
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
        peer.lost(failed.requestId());
      }
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

  /** What this voter knows at the given monotonic time; call on the Raft thread. */
  public QuorumReport report(long nowMs) {
    LogView log = quorum.log();
    boolean active = false;
    boolean confirmed = false;
    long termStartIndex = 0;
    long uncommittedBytes = 0;
    var peers = new ArrayList<QuorumReport.Peer>();
    if (quorum.role() instanceof LeaderState leader) {
      active = leader.isActive();
      confirmed = active && leader.confirmations(leader.stallFloorRequestId()) >= quorum.voters().majority();
      termStartIndex = leader.termStartIndex();
      uncommittedBytes = leader.proposals().bytes();
      leader.peers().forEach(peer -> peers.add(peer.report(nowMs)));
    }
    long sinceContactMs = quorum.role() instanceof FollowerState follower ? follower.sinceContactMs(nowMs) : -1;
    return new QuorumReport(quorum.self(), quorum.role().role(), quorum.term(), quorum.role().leader(),
        quorum.hardState().votedFor(), active, confirmed, termStartIndex, quorum.commitIndex(), log.firstIndex(),
        log.lastIndex(), log.lastTerm(), log.durableIndex(), uncommittedBytes, sinceContactMs, quorum.voters(), peers);
  }
}
