package io.ottla.broker.replica;

import java.util.List;

import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;

/**
 * A partition as the committed metadata has it.
 *
 * @param state replicas, ISR, leader and epochs
 * @param minIsr effective least number of in-sync replicas (M7)
 */
public record PartitionView(PartitionState state, int minIsr) {
  int leader() {
    return state.leader();
  }

  int leaderEpoch() {
    return state.leaderEpoch();
  }

  int partitionEpoch() {
    return state.partitionEpoch();
  }

  List<Integer> isr() {
    return state.isr();
  }

  boolean recovering() {
    return state.leaderRecoveryState() == LeaderRecoveryState.RECOVERING;
  }

  boolean isReplica(int brokerId) {
    return state.isReplica(brokerId);
  }
}
