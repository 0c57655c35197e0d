package io.ottla.common.metadata;

/** Whether a partition's leader is known to hold everything that was committed (M24). */
public enum LeaderRecoveryState {
  /** The ordinary state. */
  RECOVERED,
  /** The leader came from an unclean election and has not yet reported that its log is usable; the ISR is the leader alone. */
  RECOVERING
}
