package io.ottla.controller.formation;

import io.ottla.controller.raft.RaftIdentity;

/** Where a controller stands after a round. */
public sealed interface FormationStatus {
  /** It is a voter. */
  record Formed(RaftIdentity identity) implements FormationStatus {}

  /** It keeps trying: the reason may go away by itself. */
  record Waiting(String reason) implements FormationStatus {}

  /** The others are a cluster already and this directory is not part of it; only an operator can change that. */
  record LeftOut(String reason) implements FormationStatus {}
}
