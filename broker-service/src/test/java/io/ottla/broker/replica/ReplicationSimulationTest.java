package io.ottla.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.ottla.broker.replica.ReplicationSim.Violation;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.OffsetRange;

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

  /** I24–I28, I30, I33, I34, I36. */
  @Test
  void nothingAcknowledgedIsLostAndReplicasConverge() {
    long acknowledged = 0;
    long toProducers = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      ReplicationSim sim = new ReplicationSim(seed, SOUND);
      acknowledged += sim.run();
      toProducers += sim.acknowledgedToProducers();
    }
    assertThat(toProducers / SEEDS).as("records acknowledged to idempotent producers per seed").isGreaterThan(20);
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

  /** P38: what a leader knows of producers is in its log, whoever wrote it. */
  @Test
  void findsProducersForgottenWithTheLeaderChange() {
    assertFound(SOUND, incarnation -> new FakeReplicaLog(incarnation) {
      @Override
      public void startEpoch(int epoch) {
        super.startEpoch(epoch);
        forgetProducers();
      }
    });
  }

  /** P9: the original may not be committed, and may never be. */
  @Test
  void findsARepetitionAcknowledgedBeforeItIsCommitted() {
    assertFound(roles((context, view, now) -> new LeaderReplica(context, view, now) {
      @Override
      @Nullable
      OffsetRange duplicateOf(ByteBuffer batch) {
        OffsetRange known = super.duplicateOf(batch);
        return known == null ? null : new OffsetRange(known.baseOffset(), 0);
      }
    }, FollowerReplica::new));
  }

  /** P38: what a truncation removed was never written. */
  @Test
  void findsProducersRememberedBeyondATruncation() {
    assertFound(SOUND, incarnation -> new FakeReplicaLog(incarnation) {
      @Override
      void rebuildProducers() {
        // stays as it was
      }
    });
  }

  private static void assertFound(PartitionReplica.Roles planted) {
    assertFound(planted, FakeReplicaLog::new);
  }

  private static void assertFound(PartitionReplica.Roles planted, Function<UUID, FakeReplicaLog> logs) {
    for (long seed = 1; seed <= 2_000; seed++) {
      try {
        new ReplicationSim(seed, planted, logs).run();
      } catch (Violation expected) {
        return;
      }
    }
    fail("no seed found the planted bug");
  }
}
