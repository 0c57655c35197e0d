package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/** {@code POST /cluster/v1/partitions/alter}: ISR changes proposed by partition leaders (M26). */
public record AlterPartitionsRequest(String clusterId, int brokerId, long brokerEpoch, List<Item> partitions) {
  /**
   * One proposal.
   *
   * @param leaderEpoch the epoch in which the sender leads
   * @param partitionEpoch the partition epoch the proposal is based on
   * @param newIsr the proposed ISR, the leader included
   * @param recovered false while the leader is still RECOVERING (M24)
   */
  public record Item(UUID topicId, int partition, int leaderEpoch, int partitionEpoch, List<IsrMember> newIsr,
      boolean recovered) {}

  /** A proposed ISR member with the broker epoch its fetches carried. */
  public record IsrMember(int brokerId, long brokerEpoch) {}
}
