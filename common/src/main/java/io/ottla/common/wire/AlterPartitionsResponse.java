package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers in the order of the request (M27). */
public record AlterPartitionsResponse(List<Item> partitions) {
  /**
   * @param error null when accepted
   * @param leaderEpoch resulting, or current when refused
   * @param partitionEpoch resulting, or current when refused
   * @param metadataIndex index of the entry that holds the change; the sender adopts the ISR when its own image got there
   */
  public record Item(UUID topicId, int partition, @Nullable ErrorCode error, @Nullable String message, int leaderEpoch,
      int partitionEpoch, long metadataIndex) {}
}
