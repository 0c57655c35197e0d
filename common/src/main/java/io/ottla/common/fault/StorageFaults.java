package io.ottla.common.fault;

/**
 * What a node's disk does wrong.
 *
 * @param dropUnforced whether a SIGKILL loses what was written and not forced since this was switched on, as a power cut would (F3)
 * @param writeBackPercent with dropUnforced: how often a write brings a part of what is unforced to the disk after all, in any order, as an
 *          operating system may at any time (F2)
 * @param forceDelayMs how much longer each force takes, milliseconds (F9)
 * @param failForces whether forces fail (F20)
 * @param full whether there is no room for more (F19)
 */
public record StorageFaults(boolean dropUnforced, int writeBackPercent, long forceDelayMs, boolean failForces,
    boolean full) {
  /** A disk as it should be. */
  public static final StorageFaults NONE = new StorageFaults(false, 0, 0, false, false);
  private static final long MOST_DELAY_MS = 60_000;

  /** Checks the numbers. */
  public StorageFaults {
    if (forceDelayMs < 0 || forceDelayMs > MOST_DELAY_MS) {
      throw new IllegalArgumentException("forceDelayMs must be between 0 and " + MOST_DELAY_MS);
    }
    if (writeBackPercent < 0 || writeBackPercent > 100) {
      throw new IllegalArgumentException("writeBackPercent must be between 0 and 100");
    }
  }
}
