package io.ottla.controller.formation;

/** How far a controller's directory has come. */
public enum FormationStage {
  /** Nothing durable; its directory id lives in memory and changes with the next start. */
  UNFORMATTED,
  /** It has durably agreed to a proposal and waits for the decision. */
  PREPARED,
  /** It is a voter of a cluster, for good. */
  FORMED
}
