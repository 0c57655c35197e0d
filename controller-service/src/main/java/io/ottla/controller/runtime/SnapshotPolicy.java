package io.ottla.controller.runtime;

/**
 * When a controller writes a snapshot by itself (Q33).
 *
 * @param logBytes after so many bytes of entries since the last one
 * @param intervalMs after so many milliseconds, if anything was applied since
 */
public record SnapshotPolicy(long logBytes, long intervalMs) {
  /** 20 MiB of log, or an hour. */
  public static final SnapshotPolicy DEFAULT = new SnapshotPolicy(20L << 20, 3_600_000);

  boolean isDue(long bytesSince, long msSince, boolean anythingNew) {
    return anythingNew && (bytesSince >= logBytes || msSince >= intervalMs);
  }
}
