package io.ottla.broker.runtime;

import java.nio.ByteBuffer;

import io.ottla.common.error.ErrorCode;

/** What a read found. */
public sealed interface ReadOutcome {
  /**
   * @param startOffset the offset the read resolved to; the first batch may begin before it
   * @param batches whole batches below the high watermark, owned by the caller; empty when there were none in time
   * @param highWatermark first offset not committed
   * @param logStartOffset first readable offset
   */
  record Ok(long startOffset, ByteBuffer batches, long highWatermark, long logStartOffset, int leaderEpoch)
      implements
        ReadOutcome {}

  /** NOT_LEADER, OFFSET_TRIMMED, OFFSET_OUT_OF_RANGE, OFFSET_NOT_AVAILABLE, UNKNOWN_TOPIC_ID, BUSY or a storage error. */
  record Failed(ErrorCode code, String message) implements ReadOutcome {}
}
