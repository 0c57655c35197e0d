package io.ottla.controller.raft;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A candidate in a term of its own making, counting votes per voter, each once (Q14, Q18). */
public final class CandidateState implements RoleState {
  private final Set<ReplicaKey> granted = new TreeSet<>();
  private final Set<ReplicaKey> refused = new TreeSet<>();
  private final Set<ReplicaKey> unreachable = new TreeSet<>();
  private final boolean transfer;
  private long roundEndsMs;
  private long electionDeadlineMs;

  CandidateState(boolean transfer, long roundEndsMs, long electionDeadlineMs) {
    this.transfer = transfer;
    this.roundEndsMs = roundEndsMs;
    this.electionDeadlineMs = electionDeadlineMs;
  }

  @Override
  public Role role() {
    return Role.CANDIDATE;
  }

  @Override
  public @Nullable ReplicaKey leader() {
    return null;
  }

  /** Counts a voter once. */
  public void count(ReplicaKey voter, boolean grants) {
    (grants ? granted : refused).add(voter);
    unreachable.remove(voter);
  }

  /** A request to this voter of the current round did not arrive. */
  void unreachable(ReplicaKey voter) {
    if (!hasAnswered(voter)) {
      unreachable.add(voter);
    }
  }

  /** How many voters could not be asked in this round. */
  int unreachable() {
    return unreachable.size();
  }

  /** Voters that voted for this one, itself included, in order of identity. */
  public Set<ReplicaKey> granted() {
    return granted;
  }

  /** Voters that said no in this term. */
  public int refusals() {
    return refused.size();
  }

  /** Whether the leader asked for this election (Q39). */
  boolean isTransfer() {
    return transfer;
  }

  boolean hasAnswered(ReplicaKey voter) {
    return granted.contains(voter) || refused.contains(voter);
  }

  boolean roundIsOver(long nowMs) {
    return nowMs >= roundEndsMs;
  }

  boolean electionIsOver(long nowMs) {
    return nowMs >= electionDeadlineMs;
  }

  void startRound(long endsMs) {
    roundEndsMs = endsMs;
    unreachable.clear();
  }

  /** After a stall: answers that wait to be read still count. */
  void restart(long newRoundEndsMs, long newElectionDeadlineMs) {
    roundEndsMs = newRoundEndsMs;
    electionDeadlineMs = newElectionDeadlineMs;
  }
}
