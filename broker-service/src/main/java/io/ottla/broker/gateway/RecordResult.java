package io.ottla.broker.gateway;

import io.ottla.common.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What became of one record. */
public sealed interface RecordResult {
  /**
   * Acknowledged as asked.
   *
   * @param offset its offset; -1 with {@link Acks#NONE}
   * @param timestamp the timestamp stored with it
   */
  record Written(int partition, long offset, long timestamp) implements RecordResult {}

  /**
   * Refused, or unknown: the code's outcome says which.
   *
   * @param partition where it would have gone, null when that was not decided
   */
  record Failed(@Nullable Integer partition, ErrorCode code, String message) implements RecordResult {}
}
