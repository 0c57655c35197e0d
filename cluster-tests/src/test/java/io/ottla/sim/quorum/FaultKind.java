package io.ottla.sim.quorum;

/** What can be done to a quorum; counted. */
enum FaultKind {
  CRASH, POWER_CUT, PAUSE, PARTITION, HEAL, SLOW_DISK, GRACEFUL_STOP, WIPE, DEATH_BETWEEN_EFFECTS, FORCE_FAILURE, FALSE_HINT, TRUE_HINT, TRANSFER
}
