package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param answers in the order of the request
 * @param metadataIndex index of the entry with what was accepted; of an earlier one when nothing had to be changed
 */
public record ReassignPartitionsResponse(List<Answer> answers, long metadataIndex) {
  /**
   * What became of one partition.
   *
   * @param error why it was refused, null when it was accepted
   */
  public record Answer(String topic, int partition, @Nullable ErrorCode error, @Nullable String message) {}
}
