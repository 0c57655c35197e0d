package io.ottla.benchmarks.history;

import java.time.Duration;

/**
 * What a history is judged by.
 *
 * @param mayFail whether calls may fail, as they may when nodes are struck without warning
 * @param lease how long a leader that was replaced may still say where its log ends: the session of a broker (M20)
 */
public record Terms(boolean mayFail, Duration lease) {
  /** For a run with faults and brokers with the usual session. */
  public static final Terms USUAL = new Terms(true, Duration.ofSeconds(3));

  /** The same for a run in which nothing may fail. */
  public Terms withoutFailures() {
    return new Terms(false, lease);
  }
}
