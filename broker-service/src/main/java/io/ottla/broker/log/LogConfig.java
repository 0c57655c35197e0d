package io.ottla.broker.log;

import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.Compression;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a log.
 *
 * @param segmentBytes a segment is rolled before it grows beyond this
 * @param indexIntervalBytes bytes of batches between two index entries
 * @param limits what a leader accepts
 * @param segmentMs a segment is rolled before it spans more time than this, by its records' timestamps
 * @param segmentIndexBytes a segment is rolled when an index of it is this large
 * @param retention what goes by itself
 * @param compression how batches are to be stored, null for as they come
 * @param compaction how the log is cleaned, null if it is not
 */
public record LogConfig(int segmentBytes, int indexIntervalBytes, AppendLimits limits, long segmentMs,
    int segmentIndexBytes, Retention retention, @Nullable Compression compression,
    @Nullable Compaction compaction) {
  private static final int DEFAULT_INDEX_BYTES = 10 * 1024 * 1024;

  /** A gibibyte per segment, an index entry per 4 KiB (P1, P4). */
  public static final LogConfig DEFAULT = new LogConfig(1024 * 1024 * 1024, 4096, AppendLimits.DEFAULT);

  /** Rejects sizes that are not positive. */
  public LogConfig {
    if (segmentBytes < 1 || indexIntervalBytes < 0 || segmentMs < 1 || segmentIndexBytes < 1) {
      throw new IllegalArgumentException("sizes must be positive: " + segmentBytes + ", " + indexIntervalBytes + ", "
          + segmentMs + ", " + segmentIndexBytes);
    }
  }

  /** Segments are rolled by size only, and nothing goes by itself. */
  public LogConfig(int segmentBytes, int indexIntervalBytes, AppendLimits limits) {
    this(segmentBytes, indexIntervalBytes, limits, Long.MAX_VALUE, DEFAULT_INDEX_BYTES, Retention.KEEP_ALL, null, null);
  }

  /** The same with another retention. */
  public LogConfig withRetention(Retention other) {
    return new LogConfig(segmentBytes, indexIntervalBytes, limits, segmentMs, segmentIndexBytes, other, compression,
        compaction);
  }

  /** The same with other bounds on a segment's time span and index. */
  public LogConfig withRolling(long otherSegmentMs, int otherSegmentIndexBytes) {
    return new LogConfig(segmentBytes, indexIntervalBytes, limits, otherSegmentMs, otherSegmentIndexBytes, retention,
        compression, compaction);
  }

  /** The same with batches stored in another way. */
  public LogConfig withCompression(@Nullable Compression other) {
    return new LogConfig(segmentBytes, indexIntervalBytes, limits, segmentMs, segmentIndexBytes, retention, other,
        compaction);
  }

  /** The same with the log cleaned in another way, or not at all. */
  public LogConfig withCompaction(@Nullable Compaction other) {
    return new LogConfig(segmentBytes, indexIntervalBytes, limits, segmentMs, segmentIndexBytes, retention, compression,
        other);
  }
}
