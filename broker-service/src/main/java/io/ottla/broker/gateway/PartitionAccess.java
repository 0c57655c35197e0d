package io.ottla.broker.gateway;

import io.ottla.common.id.TopicIdPartition;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * A broker that leads partitions: this one, or a peer over HTTP. Both answer alike, so that routing has one shape. Futures complete with a
 * value, never exceptionally, and within the time given plus a second.
 */
public interface PartitionAccess {
  /**
   * Appends one batch.
   *
   * @param batch a whole batch; its offset and epoch fields are stamped in place, nothing else changes
   * @param timeoutMs how long to wait for the acks
   */
  CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, Acks acks, long timeoutMs);

  /**
   * Reads whole batches below the high watermark.
   *
   * @param offset as in {@link ReadCommand#offset()}
   */
  CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes, int minBytes,
      long maxWaitMs);
}
