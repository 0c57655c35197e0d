package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.FetchResponse;

/** Asks a leader for records. Nothing is ever repeated underneath: order and repetition are the fetcher's business (P16). */
@FunctionalInterface
public interface LeaderFetchCalls {
  /**
   * @param header what the leader says per partition
   * @param batches the records of all partitions, in the header's order
   */
  record Reply(FetchResponse header, ByteBuffer batches) {}

  /** Completes exceptionally when there is no usable answer; cancelling gives the call up. */
  CompletableFuture<Reply> fetch(Endpoint leader, FetchRequest request, Duration timeout);
}
