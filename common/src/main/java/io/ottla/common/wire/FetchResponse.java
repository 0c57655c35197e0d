package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The header of a fetch answer; the record batches follow it verbatim, in the order of the partitions (see {@link BinaryFrame}). */
public record FetchResponse(List<Partition> partitions) {
  /**
   * @param error null when the fetch succeeded
   * @param diverging set when the follower must truncate first (P12); then there are no records
   * @param recordsLength bytes of this partition's batches in the body
   */
  public record Partition(UUID topicId, int partition, @Nullable ErrorCode error, int leaderEpoch, long highWatermark,
      long logStartOffset, @Nullable Diverging diverging, int recordsLength) {}

  /** The leader's end offset for the largest epoch not above the follower's last one. */
  public record Diverging(int epoch, long endOffset) {}
}
