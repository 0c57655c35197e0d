package io.ottla.broker.log;

/**
 * How a log that keeps the newest record of each key is cleaned (P41).
 *
 * @param minDirtyRatio cleaning is due when this part of what can be cleaned was not cleaned before
 * @param tombstoneRetentionMs how long a tombstone stays after it was cleaned the first time
 * @param minLagMs segments with a record younger than this are left alone
 */
public record Compaction(double minDirtyRatio, long tombstoneRetentionMs, long minLagMs) {
  /** Rejects values that mean nothing. */
  public Compaction {
    if (!(minDirtyRatio >= 0 && minDirtyRatio <= 1) || tombstoneRetentionMs < 0 || minLagMs < 0) {
      throw new IllegalArgumentException("compaction with dirty ratio " + minDirtyRatio + ", tombstones for "
          + tombstoneRetentionMs + " ms, lag " + minLagMs + " ms");
    }
  }
}
