package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/**
 * The header of {@code POST /replica/v1/append}: produce batches that reached another broker than the leader. The batches follow in order
 * (see {@link BinaryFrame}).
 *
 * @param fromBroker the broker that received the client's request
 * @param acks 0, 1 or -1 (all)
 * @param timeoutMs how long the leader may wait for the acks
 */
public record ForwardAppendRequest(String clusterId, int fromBroker, int acks, int timeoutMs, List<Item> items) {
  /** One batch for one partition. */
  public record Item(UUID topicId, int partition, int length) {}
}
