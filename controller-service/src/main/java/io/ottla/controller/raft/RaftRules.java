package io.ottla.controller.raft;

/**
 * The decisions on which safety rests, each one a pure function with the rule and the section of the Raft paper it comes from. Kept together
 * so that they can be read side by side, and so that tests can plant a bug in exactly one of them; only this package can subclass.
 */
public class RaftRules {
  /** The rules as they are. */
  static final RaftRules PROTOCOL = new RaftRules();

  RaftRules() {
  }

  /** Whether a candidate's log is at least as up to date as the voter's: later last term, or same term and not shorter (Q16, §5.4.1). */
  public boolean upToDate(long candidateTerm, long candidateIndex, long ownTerm, long ownIndex) {
    return candidateTerm > ownTerm || (candidateTerm == ownTerm && candidateIndex >= ownIndex);
  }

  /** Whether the vote of this term is free or already this candidate's: one vote per term (Q16, §5.2). */
  public boolean voteIsFree(HardState state, ReplicaKey candidate) {
    return state.votedFor() == null || candidate.equals(state.votedFor());
  }

  /** What must be durable before the vote is given (Q14, Q16). */
  public HardState withVote(HardState state, ReplicaKey candidate) {
    return new HardState(state.term(), candidate);
  }

  /** The term of a receiver of a pre-vote request: its own, whatever the request proposes (Q8). */
  public long termAfterPreVote(long ownTerm, RaftMessage.PreVoteRequest request) {
    return ownTerm;
  }

  /** Whether a voter asks around before it raises its term: always, also when it was told that its leader is gone (Q10). */
  public boolean asksBeforeCampaigning(boolean toldLeaderIsGone) {
    return true;
  }

  /** Whether a new leader opens its term with an entry of its own, and is not active before that is committed (Q20, §5.4.2, §8). */
  public boolean opensTermWithEntry() {
    return true;
  }

  /** Whether an entry of this term may be committed by counting replicas; older ones commit with it (Q24, §5.4.2). */
  public boolean commitsByCounting(long entryTerm, long currentTerm) {
    return entryTerm == currentTerm;
  }

  /** How far a leader counts its own log: only what it has forced (Q24). */
  public long ownMatchIndex(long durableIndex, long lastIndex) {
    return durableIndex;
  }

  /** First index at which the receiver's log differs from the request, or the index after the request's last entry (Q21 e, §5.3). */
  public long firstDifference(RaftMessage.AppendRequest request, LogView log) {
    long index = request.prevIndex() + 1;
    for (LogEntry entry : request.entries()) {
      if (index > log.lastIndex() || (index >= log.firstIndex() && log.termAt(index) != entry.term())) {
        return index;
      }
      index++;
    }
    return index;
  }

  /** How far a successful append has verified the receiver's log: not a step further than the request reaches (Q21 h). */
  public long verifiedIndex(RaftMessage.AppendRequest request, long lastIndex) {
    return request.lastIndex();
  }

  /** The receiver's commit index after a successful append (Q21 g, §5.3). */
  public long commitAfterAppend(long ownCommit, long leaderCommit, long verifiedIndex, long lastIndex) {
    return Math.max(ownCommit, Math.min(leaderCommit, verifiedIndex));
  }

  /** How much of the verified log may be acknowledged: what is durable (Q21 f). */
  public long acknowledgedIndex(long verifiedIndex, long durableIndex) {
    return Math.min(verifiedIndex, durableIndex);
  }

  /** Which of the two voter sets counts: the newest in the log, committed or not (Q5, dissertation §4.1). */
  public VoterSet votersInForce(VoterSet newest, VoterSet committed) {
    return newest;
  }

  /** Whether a truncated voter set stops being in force (Q38). */
  public boolean truncationRevertsVoters() {
    return true;
  }

  /** Whether a leader may change the voters: its term has committed an entry, and no other change is under way (Q37). */
  public boolean mayChangeVoters(boolean termHasCommitted, boolean changeIsPending) {
    return termHasCommitted && !changeIsPending;
  }

  /** Whether a node that follows is close enough to become a voter (Q37, dissertation §4.2.1). */
  public boolean isCaughtUp(boolean replicating, long lag, int maxLag) {
    return replicating && lag <= maxLag;
  }

  /** How many voters must hold an entry to commit it; a leader that is being removed does not count itself among them (Q38). */
  public int commitMajority(VoterSet voters, boolean leaderVotes) {
    return voters.majority();
  }

  /** Whether a vote request is not looked at: a live leader is not disturbed, unless it asked for that itself (Q15, Q39). */
  public boolean disregards(RaftMessage.VoteRequest request, boolean protectsLeader) {
    return protectsLeader && !request.transfer();
  }

  /** Whether a request to take over is obeyed: the one who asks leads this term, as far as anybody can know here (Q39). */
  public boolean obeysTimeoutNow(long requestTerm, long ownTerm, boolean isVoter) {
    return requestTerm == ownTerm && isVoter;
  }

  /** Whether an installed snapshot leaves the log alone: it leads up to the snapshot's last entry and beyond (Q34, §7). */
  public boolean snapshotKeepsLog(SnapshotId snapshot, LogView log) {
    return snapshot.lastIndex() <= log.lastIndex() && log.matches(snapshot.lastIndex(), snapshot.lastTerm());
  }

  /** Whether a piece of a snapshot continues what was received so far (Q34). */
  public boolean pieceFits(long receivedBytes, long position) {
    return position == receivedBytes;
  }

  /** Last index that may be dropped once a snapshot is durable: all it includes but a tail for slow followers (Q33). */
  public long droppableTo(SnapshotId snapshot, long durableIndex, int tailEntries) {
    return Math.min(snapshot.lastIndex(), durableIndex) - tailEntries;
  }

  /** Whether a leader may answer reads once this many voters, itself included, have confirmed it since they arrived (Q30). */
  public boolean confirmsRead(int confirmations, VoterSet voters) {
    return confirmations >= voters.majority();
  }
}
