package io.ottla.broker.log;

import io.ottla.common.record.AppendLimits;

/**
 * Settings of a log.
 *
 * @param segmentBytes a segment is rolled before it grows beyond this
 * @param indexIntervalBytes bytes of batches between two index entries
 * @param limits what a leader accepts
 */
public record LogConfig(int segmentBytes, int indexIntervalBytes, AppendLimits limits) {
  /** A gibibyte per segment, an index entry per 4 KiB (P1, P4). */
  public static final LogConfig DEFAULT = new LogConfig(1024 * 1024 * 1024, 4096, AppendLimits.DEFAULT);

  /** Rejects sizes that are not positive. */
  public LogConfig {
    if (segmentBytes < 1 || indexIntervalBytes < 1) {
      throw new IllegalArgumentException("sizes must be positive: " + segmentBytes + ", " + indexIntervalBytes);
    }
  }
}
