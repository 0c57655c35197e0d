package io.ottla.broker.runtime;

import io.ottla.common.error.ErrorCode;

/** The readable range of a partition, or why it cannot be told. */
public sealed interface OffsetsOutcome {
  /**
   * @param logStartOffset first readable offset
   * @param highWatermark the offset the next committed record will get
   */
  record Ok(long logStartOffset, long highWatermark, int leaderEpoch) implements OffsetsOutcome {}

  /** NOT_LEADER, OFFSET_NOT_AVAILABLE (P20) or UNKNOWN_TOPIC_ID. */
  record Failed(ErrorCode code, String message) implements OffsetsOutcome {}
}
