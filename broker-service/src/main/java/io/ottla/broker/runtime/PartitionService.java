package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

import io.ottla.common.id.TopicIdPartition;

/**
 * The partitions this broker leads, for callers that know the partition's id: the client gateway and calls forwarded by other brokers. Any
 * thread; nothing here blocks longer than a write into the page cache. Futures are completed, never exceptionally, by the broker's own
 * threads: dependents must be short, or run elsewhere.
 */
public interface PartitionService {
  /**
   * Appends one batch and waits for its acks (P6–P9).
   *
   * @param batch one whole record batch as a producer makes it; handed over: offsets and leader epoch are stamped into it
   * @param acks 0, 1 or -1 (all)
   * @param timeoutMs how long the acks may take before the outcome is REQUEST_TIMED_OUT
   */
  CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, int acks, long timeoutMs);

  /**
   * Reads committed batches (P30, P31).
   *
   * @param offset first offset wanted, or {@link io.ottla.common.wire.ForwardReadRequest#EARLIEST}, or
   *     {@link io.ottla.common.wire.ForwardReadRequest#LATEST}, or {@code LATEST - n} for n before the end, or
   *     {@link io.ottla.common.wire.ForwardReadRequest#AT_TIMESTAMP} plus a timestamp
   * @param maxBytes bound on the bytes of batches; one whole batch is returned even if it is larger
   * @param minBytes answer as soon as this much is committed
   * @param maxWaitMs how long to wait for it; 0 does not wait
   */
  CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes, int minBytes,
      long maxWaitMs);

  /** The readable range, as the leader knows it (P20). */
  OffsetsOutcome offsets(TopicIdPartition partition);
}
