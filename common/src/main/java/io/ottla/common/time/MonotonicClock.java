package io.ottla.common.time;

/**
 * Milliseconds that only move forward, from an arbitrary origin. All protocol timers use this clock; wall time never influences a protocol
 * (Q29, F5). Any thread.
 */
@FunctionalInterface
public interface MonotonicClock {
  /** Milliseconds since an arbitrary, fixed origin of this process. */
  long millis();

  /** The clock of the running JVM. */
  static MonotonicClock system() {
    long origin = System.nanoTime();
    return () -> (System.nanoTime() - origin) / 1_000_000L;
  }
}
