package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.wire.FetchResponse;

/**
 * One partition's share of the answer to a follower.
 *
 * @param error null when the fetch succeeded
 * @param diverged where the follower must truncate
 * @param records batches to send, null for none
 */
record FetchPart(UUID topicId, int partition, @Nullable ErrorCode error, int leaderEpoch, long highWatermark,
    long logStartOffset, @Nullable EpochEnd diverged, @Nullable ByteBuffer records) {
  int sizeInBytes() {
    return records == null ? 0 : records.remaining();
  }

  FetchResponse.Partition wire() {
    FetchResponse.Diverging diverging = diverged == null
        ? null
        : new FetchResponse.Diverging(diverged.epoch(), diverged.endOffset());
    return new FetchResponse.Partition(topicId, partition, error, leaderEpoch, highWatermark, logStartOffset, diverging,
        sizeInBytes());
  }
}
