package io.ottla.broker.log;

import io.ottla.common.id.TopicIdPartition;
import org.jspecify.annotations.Nullable;

/**
 * What opening a log found (P42, P43).
 *
 * @param recoveryPoint everything below it was forced before the log was last closed or lost
 * @param logEndOffset end of the sound part
 * @param bytesScanned bytes of batches whose checksum was verified
 * @param bytesTruncated bytes of a torn tail, none of them ever acknowledged as durable
 * @param indexesRebuilt offset indexes that were missing or doubtful
 * @param damage why acknowledged data may be missing, or null if none is
 */
public record RecoveryReport(TopicIdPartition id, long recoveryPoint, long logEndOffset, long bytesScanned,
    long bytesTruncated, int indexesRebuilt, @Nullable String damage) {
  /** Whether acknowledged data may be missing: the broker must say so when it registers (P43). */
  public boolean isDamaged() {
    return damage != null;
  }
}
