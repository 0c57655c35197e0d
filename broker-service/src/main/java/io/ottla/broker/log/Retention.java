package io.ottla.broker.log;

/**
 * How long a log keeps its records (P40).
 *
 * @param maxAgeMs a segment goes when its latest record is older, -1 for never
 * @param maxBytes the oldest segments go while at least this much is left, -1 for no bound
 * @param deleteDelayMs how long files that left the log stay for readers still in them
 */
public record Retention(long maxAgeMs, long maxBytes, long deleteDelayMs) {
  /** Nothing goes by itself. */
  public static final Retention KEEP_ALL = new Retention(-1, -1, 60_000);

  /** Rejects values that mean nothing. */
  public Retention {
    if (maxAgeMs < -1 || maxBytes < -1 || deleteDelayMs < 0) {
      throw new IllegalArgumentException("retention of " + maxAgeMs + " ms, " + maxBytes + " bytes, delay "
          + deleteDelayMs + " ms");
    }
  }
}
