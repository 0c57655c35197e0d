package io.ottla.controller.raft;

import org.jspecify.annotations.Nullable;

/**
 * What a voter has promised and must never forget: the newest term it has seen and whom it voted for in that term (Q2). Durable before
 * anything that depends on it leaves the node.
 *
 * @param term newest term seen, 0 before the first
 * @param votedFor the candidate that has this voter's vote in {@code term}, or null while the vote is free
 */
public record HardState(long term, @Nullable ReplicaKey votedFor) {
  /** A freshly formatted voter. */
  public static final HardState INITIAL = new HardState(0, null);

  /** Terms start at 0 and term 0 has no election. */
  public HardState {
    if (term < 0 || (term == 0 && votedFor != null)) {
      throw new IllegalArgumentException("hard state term=" + term + " votedFor=" + votedFor);
    }
  }
}
