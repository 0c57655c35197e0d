package io.ottla.common.record;

/**
 * What a leader accepts (P6).
 *
 * @param maxBatchBytes largest batch ({@code max.message.bytes})
 * @param maxTimestampAheadMs how far a record's timestamp may lie in the future
 * @param keysRequired whether every record needs a key, as in a compacted topic
 */
public record AppendLimits(int maxBatchBytes, long maxTimestampAheadMs, boolean keysRequired) {
  /** A mebibyte and an hour. */
  public static final AppendLimits DEFAULT = new AppendLimits(1024 * 1024 + BatchFormat.LENGTH_PREFIX, 3_600_000);

  /** Records may lack a key. */
  public AppendLimits(int maxBatchBytes, long maxTimestampAheadMs) {
    this(maxBatchBytes, maxTimestampAheadMs, false);
  }

  /** Rejects limits nothing could satisfy. */
  public AppendLimits {
    if (maxBatchBytes < BatchFormat.RECORDS || maxTimestampAheadMs < 0) {
      throw new IllegalArgumentException("limits accept no batch: " + maxBatchBytes + " bytes, " + maxTimestampAheadMs
          + " ms");
    }
  }
}
