package io.ottla.broker.gateway;

import io.ottla.common.error.ErrorCode;
import java.nio.ByteBuffer;

/** What a read of one partition brought. */
public sealed interface ReadOutcome {
  /**
   * @param startOffset the offset the read resolved to
   * @param batches whole batches, which may begin before the start offset and end beyond the high watermark's batch
   */
  record Found(long startOffset, long highWatermark, long logStartOffset, ByteBuffer batches) implements ReadOutcome {}

  /** Nothing was read. */
  record Failed(ErrorCode code, String message) implements ReadOutcome {}
}
