package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.CandidateState;
import io.ottla.controller.raft.Election;
import io.ottla.controller.raft.LogView;
import io.ottla.controller.raft.QuorumState;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import io.ottla.controller.raft.VoteResult;

/** Real votes (Q14 to Q18; Raft paper, sections 5.2 and 5.4.1). */
public final class VoteHandler {
  private final QuorumState quorum;
  private final Election election;

  /** A handler that works on this voter's state. */
  public VoteHandler(QuorumState quorum, Election election) {
    this.quorum = quorum;
    this.election = election;
  }

  /** Answers a candidate; a granted vote is durable before the answer leaves. */
  public void onRequest(VoteRequest request) {
    VoteResult result = decide(request);
    quorum.send(new VoteReply(quorum.reply(request.envelope()), result));
  }

  private VoteResult decide(VoteRequest request) {
    long term = request.envelope().term();
    if (term < quorum.term()) {
      return VoteResult.REFUSED;
    }
    if (quorum.rules().disregards(request, quorum.protectsLeader())) {
      // Q15: a live leader is not disturbed, and not even the term is adopted.
      return VoteResult.DISREGARDED;
    }
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    }
    LogView log = quorum.log();
    if (!quorum.rules().voteIsFree(quorum.hardState(), request.envelope().from())
        || !quorum.rules().upToDate(request.lastLogTerm(), request.lastLogIndex(), log.lastTerm(), log.lastIndex())) {
      return VoteResult.REFUSED;
    }
    quorum.grantVote(request.envelope().from());
    return VoteResult.GRANTED;
  }

  /** Counts a vote of the current term (Q18); a disregarded request is answered in a lower term and counts neither way. */
  public void onReply(VoteReply reply) {
    long term = reply.envelope().term();
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    } else if (term == quorum.term() && quorum.role() instanceof CandidateState candidate
        && quorum.voters().contains(reply.envelope().from())) {
      candidate.count(reply.envelope().from(), reply.result() == VoteResult.GRANTED);
      election.voteCounted(candidate);
    }
  }
}
