package io.ottla.controller.runtime;

/**
 * Where a controller is on its way.
 *
 * @param stage the step
 * @param detail what it waits for or what is wrong, and what to do; empty when all is well
 */
public record NodeState(Stage stage, String detail) {
  /** The steps. */
  public enum Stage {
    /** Opening its directory. */
    STARTING,
    /** Waiting for all initial voters to agree (Q1). */
    FORMING,
    /** The others are a cluster to which, by its settings, it does not belong. */
    LEFT_OUT,
    /** Reading the log. */
    RECOVERING,
    /** Part of the quorum. */
    RUNNING,
    /** Its directory may have forgotten what it once acknowledged: it tells so and does nothing else (Q45). */
    QUARANTINED,
    /** On its way out. */
    STOPPING,
    /** Stopped by an error. */
    FAILED
  }
}
