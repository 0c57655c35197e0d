package io.ottla.controller.raft;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A voter that asks, without touching term or vote, whether it could win (Q10 to Q13). It alternates between a round and a pause. */
public final class PreCandidateState implements RoleState {
  private final Set<ReplicaKey> granted = new TreeSet<>();
  private final Set<ReplicaKey> refused = new TreeSet<>();
  private long roundFirstRequestId;
  private boolean pausing;
  private long deadlineMs;

  @Override
  public Role role() {
    return Role.PRE_CANDIDATE;
  }

  @Override
  public @Nullable ReplicaKey leader() {
    return null;
  }

  /** Starts a round; replies to requests before {@code firstRequestId} no longer count. */
  void startRound(long firstRequestId, long endsMs) {
    granted.clear();
    refused.clear();
    roundFirstRequestId = firstRequestId;
    pausing = false;
    deadlineMs = endsMs;
  }

  /** Ends the round without success; the next one starts at the given time. */
  void pauseUntil(long retryMs) {
    pausing = true;
    deadlineMs = retryMs;
  }

  boolean isPausing() {
    return pausing;
  }

  /** Whether a reply to this request belongs to the running round. */
  public boolean awaits(long requestId) {
    return !pausing && requestId >= roundFirstRequestId;
  }

  boolean deadlinePassed(long nowMs) {
    return nowMs >= deadlineMs;
  }

  /** Counts a voter once. */
  public void count(ReplicaKey voter, boolean grants) {
    (grants ? granted : refused).add(voter);
  }

  /** Voters that would vote for this one, itself included. */
  public int grants() {
    return granted.size();
  }

  /** Voters that would not. */
  public int refusals() {
    return refused.size();
  }
}
