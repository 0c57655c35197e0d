package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/**
 * {@code POST /replica/v1/fetch}: a follower asks a leader for records (P10).
 *
 * @param brokerId the follower
 * @param brokerEpoch its registration's epoch
 * @param requestSeq grows with each request of this fetcher; older ones are ignored (P16)
 * @param maxWaitMs how long the leader may hold the request while nothing is there
 * @param minBytes answer as soon as this much is there
 * @param maxBytes bound of the whole answer
 */
public record FetchRequest(String clusterId, int brokerId, long brokerEpoch, long requestSeq, int maxWaitMs,
    int minBytes,
    int maxBytes, List<Partition> partitions) {
  /**
   * @param replicaIncarnation random id written when the local log was created from nothing
   * @param currentLeaderEpoch the leader epoch the follower knows
   * @param fetchOffset the follower's log end offset
   * @param lastFetchedEpoch epoch of its last record, -1 for a fresh log
   * @param durableOffset end of what it has forced
   * @param knownHighWatermark the high watermark it knows; the leader answers early when its own is higher (P17)
   */
  public record Partition(UUID topicId, int partition, UUID replicaIncarnation, int currentLeaderEpoch,
      long fetchOffset,
      int lastFetchedEpoch, long durableOffset, long knownHighWatermark, long logStartOffset, int maxBytes) {}
}
