package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.Election;
import io.ottla.controller.raft.LogView;
import io.ottla.controller.raft.PreCandidateState;
import io.ottla.controller.raft.QuorumState;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;

/** Pre-vote (Q10 to Q13; Raft dissertation, section 9.6). */
public final class PreVoteHandler {
  private final QuorumState quorum;
  private final Election election;

  /** A handler that works on this voter's state. */
  public PreVoteHandler(QuorumState quorum, Election election) {
    this.quorum = quorum;
    this.election = election;
  }

  /** Says whether this voter would vote. Changes nothing: no term, no vote (Q11). */
  public void onRequest(PreVoteRequest request) {
    long term = quorum.rules().termAfterPreVote(quorum.term(), request);
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    }
    LogView log = quorum.log();
    boolean upToDate = quorum.rules().upToDate(request.lastLogTerm(), request.lastLogIndex(), log.lastTerm(),
        log.lastIndex());
    boolean granted = request.proposedTerm() > quorum.term() && upToDate && !quorum.protectsLeader();
    quorum.send(new PreVoteReply(quorum.reply(request.envelope()), granted));
    if (granted) {
      election.giveWayTo(request.envelope().from());
      return;
    }
    if (request.proposedTerm() > quorum.term() && quorum.voters().contains(request.envelope().from())) {
      election.turnedAway();
    }
    if (!upToDate) {
      election.takeTheTurnOf(request.envelope().from());
    }
  }

  /**
   * Counts an answer. A higher term is how a lagging voter catches up (Q12). A lower one is no reason to drop the answer: a voter that lags
   * behind in terms can still grant, and the request id ties the answer to the running round.
   */
  public void onReply(PreVoteReply reply) {
    if (reply.envelope().term() > quorum.term()) {
      quorum.adoptTerm(reply.envelope().term());
    } else if (quorum.role() instanceof PreCandidateState preCandidate
        && preCandidate.awaits(reply.envelope().requestId()) && quorum.voters().contains(reply.envelope().from())) {
      preCandidate.count(reply.envelope().from(), reply.granted());
      election.preVoteCounted(preCandidate);
    }
  }
}
