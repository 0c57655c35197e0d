package io.ottla.controller.raft;

import org.jspecify.annotations.Nullable;

/** What a voter holds because of its role; it is thrown away with the role, so nothing of an earlier role can leak into a later one. */
public sealed interface RoleState permits FollowerState, PreCandidateState, CandidateState, LeaderState {
  /** The role. */
  Role role();

  /** The leader of the current term, if known. */
  @Nullable
  ReplicaKey leader();
}
