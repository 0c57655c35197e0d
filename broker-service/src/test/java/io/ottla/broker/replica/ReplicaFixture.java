package io.ottla.broker.replica;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;

/** One replica on broker 1 of partition replicas 1, 2, 3, with brokers registered at epoch 10 × id. */
final class ReplicaFixture {
  static final long LAG_MS = 1_000;

  final FakeReplicaLog log = new FakeReplicaLog(new UUID(1, 1));
  final List<String> alarms = new ArrayList<>();
  final Set<Integer> inactive = new HashSet<>();
  final BrokerStates brokers = new BrokerStates() {
    @Override
    public long brokerEpoch(int brokerId) {
      return 10L * brokerId;
    }

    @Override
    public boolean active(int brokerId) {
      return !inactive.contains(brokerId);
    }
  };
  final PartitionReplica replica;
  private long seq;

  ReplicaFixture(boolean sync) {
    replica = new PartitionReplica(1, log, 0, new ReplicationSettings(sync, LAG_MS),
        (kind, detail) -> alarms.add(kind.name()));
  }

  static PartitionView view(int leader, int leaderEpoch, int partitionEpoch, int minIsr, Integer... isr) {
    List<UUID> directories = List.of(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3));
    return new PartitionView(
        new PartitionState(List.of(1, 2, 3), List.of(isr), List.of(), -1, List.of(), List.of(), leader,
            LeaderRecoveryState.RECOVERED, leaderEpoch, partitionEpoch, directories),
        minIsr);
  }

  LeaderReplica lead(int leaderEpoch, int partitionEpoch, Integer... isr) {
    replica.apply(view(1, leaderEpoch, partitionEpoch, 2, isr), 0);
    return java.util.Objects.requireNonNull(replica.leader());
  }

  FollowerReplica follow(int leaderEpoch) {
    replica.apply(view(2, leaderEpoch, leaderEpoch, 2, 2, 1), 0);
    return java.util.Objects.requireNonNull(replica.follower());
  }

  /** Appends and forces records. */
  void write(LeaderReplica leader, int count) {
    for (int i = 0; i < count; i++) {
      leader.append(FakeReplicaLog.batch(i), 1);
    }
    log.force();
    leader.onForced();
  }

  FollowerFetch fetch(int broker, int leaderEpoch, long offset, int lastEpoch, long durable) {
    return new FollowerFetch(broker, 10L * broker, ++seq, new UUID(broker, 0), leaderEpoch, offset, lastEpoch, durable);
  }

  FetchDecision fetched(LeaderReplica leader, int broker, long offset, long durable) {
    return leader.onFetch(fetch(broker, leader.leaderEpoch(), offset, offset == 0 ? -1 : leader.leaderEpoch(), durable),
        brokers, 0);
  }
}
