package io.ottla.sim.quorum;

/** How a simulated node opens its disk: as production does, unless a bug is planted. */
interface Recovery {
  /** What every real node does. */
  Recovery PRODUCTION = new Recovery() {};

  /** Whether a frame belongs behind the log up to it (Q40, Q43). */
  default boolean continues(long digestBefore, Frame frame) {
    return frame.previous() == digestBefore;
  }

  /** Whether what was found is forced before it is built upon. */
  default boolean forces() {
    return true;
  }

  /** Whether a log that does not lead up to the newest snapshot is discarded (Q34). */
  default boolean discardsOutrunLog() {
    return true;
  }

  /** How many of the newest valid entries are forgotten. */
  default int forgets() {
    return 0;
  }

  /** Whether an empty disk gets an identity of its own (Q1). */
  default boolean wipedDiskIsNew() {
    return true;
  }
}
