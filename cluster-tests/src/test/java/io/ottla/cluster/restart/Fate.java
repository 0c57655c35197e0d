package io.ottla.cluster.restart;

/** How a broker goes down, and what it comes back with. */
public enum Fate {
  /** Power is cut: what was forced is there. */
  KILLED,
  /** It hands over, forces its logs and leaves the mark. */
  STOPPED,
  /** Its disk is another, empty one when it comes back. */
  WIPED,
  /** The directory of its replica is gone when it comes back. */
  ROBBED,
  /** A forced batch has rotted when it comes back. */
  ROTTEN;

  /** Whether confirmed records are missing afterwards. */
  public boolean isLossy() {
    return this != KILLED && this != STOPPED;
  }
}
