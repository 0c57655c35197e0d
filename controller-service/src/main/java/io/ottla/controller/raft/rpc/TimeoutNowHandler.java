package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.Election;
import io.ottla.controller.raft.LeaderState;
import io.ottla.controller.raft.QuorumState;
import io.ottla.controller.raft.RaftMessage.TimeoutNowReply;
import io.ottla.controller.raft.RaftMessage.TimeoutNowRequest;

/** Hand-over of leadership, at its target (Q39; Raft dissertation, section 3.10). */
public final class TimeoutNowHandler {
  private final QuorumState quorum;
  private final Election election;

  /** A handler that works on this voter's state. */
  public TimeoutNowHandler(QuorumState quorum, Election election) {
    this.quorum = quorum;
    this.election = election;
  }

  /** Campaigns at once if the leader of this very term asks; a request from an earlier term is too late to mean anything. */
  public void onRequest(TimeoutNowRequest request) {
    long term = request.envelope().term();
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    }
    boolean campaigns = quorum.rules().obeysTimeoutNow(term, quorum.term(), quorum.isVoter())
        && !(quorum.role() instanceof LeaderState);
    quorum.send(new TimeoutNowReply(quorum.reply(request.envelope()), campaigns));
    if (campaigns) {
      election.takeOver();
    }
  }

  /** Only its term matters: the election that it announces speaks for itself. */
  public void onReply(TimeoutNowReply reply) {
    if (reply.envelope().term() > quorum.term()) {
      quorum.adoptTerm(reply.envelope().term());
    }
  }
}
