package io.ottla.controller.raft;

/** Rounds of pre-votes and votes: who asks whom, and what follows from the count (Q10 to Q18). */
public final class Election {
  private final QuorumState quorum;
  private final Replication replication;

  Election(QuorumState quorum, Replication replication) {
    this.quorum = quorum;
    this.replication = replication;
  }

  /** No leader was heard for too long. */
  void losePatience(FollowerState follower) {
    if (quorum.rules().asksBeforeCampaigning(follower.wasToldLeaderIsGone())) {
      startPreVote();
    } else {
      startElection(false);
    }
  }

  /** Starts asking whether an election could be won. */
  private void startPreVote() {
    startPreVoteRound(quorum.becomePreCandidate());
  }

  private void startPreVoteRound(PreCandidateState preCandidate) {
    preCandidate.startRound(quorum.nextRequestId(), quorum.nowMs() + quorum.config().voteRoundMs());
    if (quorum.isVoter()) {
      preCandidate.count(quorum.self(), true);
    }
    LogView log = quorum.log();
    for (ReplicaKey peer : quorum.voters().peersOf(quorum.self())) {
      quorum.send(
          new RaftMessage.PreVoteRequest(quorum.request(peer), quorum.term() + 1, log.lastIndex(), log.lastTerm()));
    }
    preVoteCounted(preCandidate);
  }

  /** A (pre-)vote was counted: campaign with a majority; with a majority against, pause before asking again (Q13). */
  public void preVoteCounted(PreCandidateState preCandidate) {
    if (preCandidate.grants() >= quorum.voters().majority()) {
      startElection(false);
    } else if (cannotWin(preCandidate.refusals())) {
      pause(preCandidate);
    }
  }

  /** Asks again after a moment; who campaigns only because others need it does so only if they still do (Q17). */
  private void pause(PreCandidateState preCandidate) {
    long retryMs = quorum.nowMs() + quorum.retryPause();
    if (quorum.mayCampaign()) {
      preCandidate.pauseUntil(retryMs);
    } else {
      quorum.stepDown(retryMs);
    }
  }

  private void loseElection() {
    pause(quorum.becomePreCandidate());
  }

  /** The leader hands over: no asking first, and nobody protects it (Q39). */
  public void takeOver() {
    startElection(true);
  }

  private void startElection(boolean transfer) {
    CandidateState candidate = quorum.becomeCandidate(transfer);
    if (quorum.isVoter()) {
      candidate.count(quorum.self(), true);
    }
    askForVotes(candidate);
    voteCounted(candidate);
  }

  /** Asks those who have not answered; a lost packet costs one round, not the election. */
  private void askForVotes(CandidateState candidate) {
    LogView log = quorum.log();
    for (ReplicaKey peer : quorum.voters().peersOf(quorum.self())) {
      if (!candidate.hasAnswered(peer)) {
        quorum.send(new RaftMessage.VoteRequest(quorum.request(peer), log.lastIndex(), log.lastTerm(),
            candidate.isTransfer()));
      }
    }
  }

  /** A vote was counted: lead with a majority; with a majority against, go back to asking. */
  public void voteCounted(CandidateState candidate) {
    if (candidate.granted().size() >= quorum.voters().majority()) {
      replication.startTerm(candidate.granted());
    } else if (cannotWin(candidate.refusals() + (candidate.refusals() > 0 ? candidate.unreachable() : 0))) {
      loseElection();
    }
  }

  private boolean cannotWin(int refusals) {
    return quorum.voters().size() - refusals < quorum.voters().majority();
  }

  /**
   * The leader's process is certainly gone: its protection ends, and this voter campaigns in its turn. Voters take turns by rank, so that they
   * do not split the votes; should the first not win, the next one is a moment away. The first does not wait for the others to be told: one that is
   * told later has turned it away, knows that its round is lost by that, and takes the turn itself.
   */
  void leaderGone(FollowerState follower, ReplicaKey leader) {
    int rank = 0;
    for (ReplicaKey voter : quorum.voters().peersOf(leader)) {
      if (voter.equals(quorum.self())) {
        break;
      }
      rank++;
    }
    boolean othersLost = follower.turnedAwaySince(quorum.nowMs() - quorum.config().voteRoundMs());
    int turn = othersLost ? 0 : rank * quorum.config().goneStaggerMs();
    follower.leaderGone(quorum.nowMs() + turn);
    if (turn == 0 && quorum.mayCampaign()) {
      losePatience(follower);
    }
  }

  /** A voter asked that was not granted: it cannot win soon, be it that this voter has heard its leader or that it has more of the log. */
  public void turnedAway() {
    if (quorum.role() instanceof FollowerState follower) {
      follower.turnedAway(quorum.nowMs());
    }
  }

  /**
   * Somebody asks who cannot win, since this node has more of the log. If the leader is certainly gone, waiting for this voter's own turn
   * would only prolong the time without one. A node that does not vote by its own log is asked by one whose log says that it does: that one
   * needs its vote and cannot have it, so if no leader is heard it asks for votes itself, without one of its own (Q17, dissertation §4.2.2).
   */
  public void takeTheTurnOf(ReplicaKey candidate) {
    if (quorum.role() instanceof FollowerState follower) {
      boolean hasTheTurn = quorum.isVoter() && quorum.voters().contains(candidate) && follower.wasToldLeaderIsGone();
      boolean isNeeded = !quorum.mayCampaign() && follower.hasLostPatience(quorum.nowMs());
      if (hasTheTurn || isNeeded) {
        losePatience(follower);
      }
    }
  }

  /**
   * Two that ask at the same time would split the votes a moment later: the one with the higher id lets the other go first. A follower whose turn
   * comes while the other counts its answers waits for another turn's time, which is less than the other needs to ask again.
   */
  public void giveWayTo(ReplicaKey other) {
    if (quorum.role() instanceof FollowerState follower) {
      follower.leaveTheTurn(quorum.nowMs() + quorum.config().goneStaggerMs());
    } else if (quorum.role() instanceof PreCandidateState preCandidate && !preCandidate.isPausing()
        && other.nodeId() < quorum.self().nodeId()) {
      pause(preCandidate);
    }
  }

  /** A vote request certainly found nobody. Where others have refused, the election may be lost by that, and waiting for its end is in vain. */
  void unreachable(CandidateState candidate, ReplicaKey peer) {
    candidate.unreachable(peer);
    if (candidate.refusals() > 0 && cannotWin(candidate.refusals() + candidate.unreachable())) {
      loseElection();
    }
  }

  /** Timers of a voter that asks. */
  void tick(PreCandidateState preCandidate) {
    if (!preCandidate.deadlinePassed(quorum.nowMs())) {
      return;
    }
    if (preCandidate.isPausing() && quorum.mayCampaign()) {
      startPreVoteRound(preCandidate);
    } else {
      pause(preCandidate);
    }
  }

  /** Timers of a candidate. */
  void tick(CandidateState candidate) {
    long now = quorum.nowMs();
    if (candidate.electionIsOver(now)) {
      if (quorum.mayCampaign()) {
        startPreVote();
      } else {
        loseElection();
      }
    } else if (candidate.roundIsOver(now)) {
      candidate.startRound(now + quorum.config().voteRoundMs());
      askForVotes(candidate);
    }
  }

  /** After a stall nobody's silence counts against them: timers start once more instead of firing at once (Q29). */
  void restartTimers() {
    long now = quorum.nowMs();
    switch (quorum.role()) {
      case FollowerState follower -> follower.restartDeadline(now + quorum.electionTimeout());
      case PreCandidateState preCandidate -> preCandidate.pauseUntil(now + quorum.retryPause());
      case CandidateState candidate ->
        candidate.restart(now + quorum.config().voteRoundMs(), now + quorum.electionTimeout());
      case LeaderState leader -> leader.stalled(now, quorum.nextRequestId(), quorum.voters());
    }
  }
}
