package io.ottla.sim;

/** How long a node's disk takes to force, and when it is slow (F9). */
public final class SimDisk {
  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final long minForceUs;
  private final long maxForceUs;
  private long slowUntilUs;
  private long slowForceUs;

  /** A disk whose forces take a time in this range. */
  public SimDisk(EventScheduler scheduler, SeededRandom random, long minForceUs, long maxForceUs) {
    this.scheduler = scheduler;
    this.random = random;
    this.minForceUs = minForceUs;
    this.maxForceUs = maxForceUs;
  }

  /** Forces take up to {@code forceUs} for the next {@code durationUs}. */
  public void slowDown(long durationUs, long forceUs) {
    slowUntilUs = scheduler.nowUs() + durationUs;
    slowForceUs = forceUs;
  }

  /** Ends slowness. */
  public void recover() {
    slowUntilUs = 0;
  }

  /** How long the force that starts now takes. */
  public long forceUs() {
    return scheduler.nowUs() < slowUntilUs ? random.between(maxForceUs, Math.max(maxForceUs, slowForceUs))
        : random.between(minForceUs, maxForceUs);
  }
}
