package io.ottla.controller.formation;

import io.ottla.controller.raft.RaftIdentity;

/** Where a controller stands after a round. */
public sealed interface FormationStatus {
  /** It belongs to a cluster, as voter or as observer. */
  record Formed(RaftIdentity identity) implements FormationStatus {}

  /** It keeps trying: the reason may go away by itself. */
  record Waiting(String reason) implements FormationStatus {}

  /** The others are another cluster than the settings name; only an operator can change that. */
  record LeftOut(String reason) implements FormationStatus {}
}
