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
    /** The others formed a cluster of which its directory is no voter. */
    LEFT_OUT,
    /** Reading the log. */
    RECOVERING,
    /** Part of the quorum. */
    RUNNING,
    /** On its way out. */
    STOPPING,
    /** Stopped by an error. */
    FAILED
  }
}
