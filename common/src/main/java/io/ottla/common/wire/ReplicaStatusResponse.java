package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/** {@code GET /replica/v1/status}: what this broker holds, for checkers and operators. */
public record ReplicaStatusResponse(int brokerId, long brokerEpoch, long appliedMetadataIndex, boolean fenced,
    List<Replica> replicas) {
  /**
   * @param role LEADER, FOLLOWER or OFFLINE
   * @param digest of the bytes in {@code [logStartOffset, highWatermark)}, only when asked for with {@code ?digest=true}
   */
  public record Replica(UUID topicId, String topic, int partition, String role, int leaderEpoch, long logStartOffset,
      long highWatermark, long durableOffset, long logEndOffset, String digest) {}
}
