package io.ottla.benchmarks.campaign;

/** What a campaign does to a cluster. */
enum FaultKind {
  /** SIGKILL to any node. */
  KILL,
  /** SIGKILL to a broker that leads. */
  KILL_LEADER,
  /** SIGKILL to the active controller. */
  KILL_ACTIVE,
  /** SIGKILL to several nodes at once. */
  KILL_MANY,
  /** SIGKILL to all nodes at once. */
  KILL_ALL,
  /** SIGSTOP, later SIGCONT. */
  STOP,
  /** SIGTERM, and a start later. */
  TERM,
  /** SIGTERM to all nodes at once. */
  RESTART_ALL,
  /** Calls between nodes get lost, each direction for itself. */
  CUT,
  /** Calls between nodes are late. */
  LATE,
  /** Forces take long. */
  SLOW_DISK,
  /** There is no room. */
  DISK_FULL,
  /** Forces fail, which ends the node. */
  FORCE_FAILS,
  /** What was not forced is lost with one node, several, or all. */
  POWER_CUT,
  /** A broker comes back with an empty disk. Only when all replicas are in sync. */
  WIPE
}
