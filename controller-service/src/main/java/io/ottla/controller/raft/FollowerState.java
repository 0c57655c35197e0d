package io.ottla.controller.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A follower: whom it follows, when it loses patience, and which appends it has not been able to acknowledge yet. */
public final class FollowerState implements RoleState {
  private static final long NEVER = Long.MIN_VALUE;

  private final Deque<HeldReply> heldReplies = new ArrayDeque<>();
  private @Nullable ReplicaKey leader;
  private long lastContactMs = NEVER;
  private long electionDeadlineMs;
  private boolean toldLeaderIsGone;
  private long lastTurnedAwayMs = NEVER;

  FollowerState(long electionDeadlineMs) {
    this.electionDeadlineMs = electionDeadlineMs;
  }

  @Override
  public Role role() {
    return Role.FOLLOWER;
  }

  @Override
  public @Nullable ReplicaKey leader() {
    return leader;
  }

  /** Valid traffic of the term's leader (Q19, Q21 b). */
  void heardLeader(ReplicaKey sender, long nowMs, long newDeadlineMs) {
    leader = sender;
    lastContactMs = nowMs;
    electionDeadlineMs = newDeadlineMs;
    toldLeaderIsGone = false;
  }

  /** Whether a leader is alive as far as this follower can tell, and so protected from elections (Q11, Q15). */
  boolean hearsLeader(long nowMs, long windowMs) {
    return lastContactMs != NEVER && nowMs - lastContactMs < windowMs;
  }

  /** Milliseconds since the leader was heard, or -1. */
  long sinceContactMs(long nowMs) {
    return lastContactMs == NEVER ? -1 : nowMs - lastContactMs;
  }

  /** When patience ends. */
  long electionDeadlineMs() {
    return electionDeadlineMs;
  }

  boolean hasLostPatience(long nowMs) {
    return nowMs >= electionDeadlineMs;
  }

  /** The leader's process is gone: it is not protected any more, and patience ends no later than this. */
  void leaderGone(long deadlineMs) {
    lastContactMs = NEVER;
    electionDeadlineMs = Math.min(electionDeadlineMs, deadlineMs);
    toldLeaderIsGone = true;
  }

  /** Whether it was told so, and has not heard the leader since. */
  boolean wasToldLeaderIsGone() {
    return toldLeaderIsGone;
  }

  /** Somebody else may win the election that it campaigns for because its leader is gone. Any other deadline stays (Q19). */
  void leaveTheTurn(long untilMs) {
    if (toldLeaderIsGone) {
      electionDeadlineMs = Math.max(electionDeadlineMs, untilMs);
    }
  }

  /** Somebody who asked was refused for the leader's sake. */
  void turnedAway(long nowMs) {
    lastTurnedAwayMs = nowMs;
  }

  boolean turnedAwaySince(long ms) {
    return lastTurnedAwayMs != NEVER && lastTurnedAwayMs >= ms;
  }

  void restartDeadline(long newDeadlineMs) {
    electionDeadlineMs = newDeadlineMs;
  }

  /** Keeps the answer to this append until the log is durable up to the verified index (Q21 f). */
  public void hold(Envelope request, long verifiedIndex) {
    heldReplies.add(new HeldReply(request, verifiedIndex));
  }

  Deque<HeldReply> heldReplies() {
    return heldReplies;
  }

  /**
   * An append that matched, but whose entries are not durable yet.
   *
   * @param request envelope of the append
   * @param verifiedIndex the index to acknowledge
   */
  record HeldReply(Envelope request, long verifiedIndex) {}
}
