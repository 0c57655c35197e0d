package io.ottla.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Collection;
import java.util.function.BiFunction;

import org.junit.jupiter.api.Test;

import io.ottla.broker.replica.ReplicationSim.Violation;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.broker.replica.port.EpochEnd;

/** Replication under crashes, lost disks, leader changes and a bad network; and bugs planted on purpose, which must be noticed. */
class ReplicationSimulationTest {
  private static final int SEEDS = Integer.getInteger("ottla.sim.seeds", 300);

  private static final PartitionReplica.Roles SOUND = roles(LeaderReplica::new, FollowerReplica::new);

  private interface LeaderMaker {
    LeaderReplica make(ReplicaContext context, PartitionView view, long nowMs);
  }

  private static PartitionReplica.Roles roles(LeaderMaker leaders,
      BiFunction<ReplicaContext, PartitionView, FollowerReplica> followers) {
    return new PartitionReplica.Roles() {
      @Override
      public LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
        return leaders.make(context, view, nowMs);
      }

      @Override
      public FollowerReplica follower(ReplicaContext context, PartitionView view) {
        return followers.apply(context, view);
      }
    };
  }

  /** I24–I28, I30, I33, I34. */
  @Test
  void nothingAcknowledgedIsLostAndReplicasConverge() {
    long acknowledged = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      acknowledged += new ReplicationSim(seed, SOUND).run();
    }
    assertThat(acknowledged / SEEDS).as("acknowledged records per seed").isGreaterThan(20);
  }

  @Test
  void aSeedAlwaysRunsTheSame() {
    ReplicationSim first = new ReplicationSim(42, SOUND);
    ReplicationSim second = new ReplicationSim(42, SOUND);
    assertThat(first.run()).isEqualTo(second.run());
    assertThat(first.trace()).isEqualTo(second.trace());
  }

  /** P18: an accepted expansion is in force at the controllers before the leader knows. */
  @Test
  void findsAHighWatermarkThatIgnoresProposedMembers() {
    assertFound(roles((context, view, now) -> new LeaderReplica(context, view, now) {
      @Override
      Collection<Integer> countedForHighWatermark() {
        return isrState().committed();
      }
    }, FollowerReplica::new));
  }

  /** P13, P27: KIP-101's mistake. */
  @Test
  void findsTruncationToTheHighWatermark() {
    assertFound(roles(LeaderReplica::new, (context, view) -> new FollowerReplica(context, view) {
      @Override
      long truncationPoint(EpochEnd leaderEnd) {
        return highWatermarkValue();
      }
    }));
  }

  /** P33: what a follower has only in its page cache is gone after a power cut. */
  @Test
  void findsAnAcknowledgementBeforeTheFollowersForce() {
    assertFound(roles((context, view, now) -> new LeaderReplica(context, view, now) {
      @Override
      long replicationOffset(FollowerProgress progress) {
        return progress.fetchOffset();
      }
    }, FollowerReplica::new));
  }

  /** P18, M22: the ELR is derived from the promise that nothing commits below min ISR. */
  @Test
  void findsAHighWatermarkThatMovesBelowMinIsr() {
    assertFound(roles((context, view, now) -> new LeaderReplica(context, view, now) {
      @Override
      boolean ignoresMinIsr() {
        return true;
      }
    }, FollowerReplica::new));
  }

  /** P23: a follower that has not reached this leadership's start may lack what is committed. */
  @Test
  void findsAnExpansionByAFollowerThatIsBehind() {
    assertFound(roles((context, view, now) -> new LeaderReplica(context, view, now) {
      @Override
      boolean mayJoin(int replica, BrokerStates brokers) {
        return brokers.active(replica);
      }
    }, FollowerReplica::new));
  }

  private static void assertFound(PartitionReplica.Roles planted) {
    for (long seed = 1; seed <= 2_000; seed++) {
      try {
        new ReplicationSim(seed, planted).run();
      } catch (Violation expected) {
        return;
      }
    }
    fail("no seed found the planted bug");
  }
}
