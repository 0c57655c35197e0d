package io.ottla.sim;

import io.ottla.common.time.MonotonicClock;

/** A node's monotonic clock: its own origin and its own rate. */
public final class SimClock implements MonotonicClock {
  private final EventScheduler scheduler;
  private final long originMs;
  private final double rate;

  /** A clock that starts at {@code originMs} and runs {@code rate} times as fast as simulated time. */
  public SimClock(EventScheduler scheduler, long originMs, double rate) {
    this.scheduler = scheduler;
    this.originMs = originMs;
    this.rate = rate;
  }

  @Override
  public long millis() {
    return originMs + (long) (scheduler.nowUs() * rate / 1000);
  }

  /** How many simulated microseconds it takes until this clock has moved by so many milliseconds. */
  public long toSimulatedUs(long ms) {
    return (long) (ms * 1000 / rate);
  }
}
