package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.controller.control.ProducerIdsCommand.Block;
import org.junit.jupiter.api.Test;

/** P36, I39. */
class ProducerIdControlTest {
  private final TestCluster cluster = TestCluster.withBrokers(2);

  private Decision<Block> allocate(int brokerId) {
    return cluster.run(cluster.control
        .allocateProducerIds(new ProducerIdsCommand(brokerId, cluster.broker(brokerId).brokerEpoch())));
  }

  @Test
  void everyBlockIsGivenOnce() {
    assertThat(allocate(1).value()).contains(new Block(0, 1_000));
    assertThat(allocate(2).value()).contains(new Block(1_000, 1_000));
    assertThat(allocate(1).value()).contains(new Block(2_000, 1_000));
    assertThat(cluster.replayed().nextProducerId()).isEqualTo(3_000);
  }

  /** Blocks that are not yet committed are taken as well, and told only afterwards. */
  @Test
  void aBlockThatIsNotCommittedIsNotGivenAgain() {
    cluster.holdCommits = true;
    assertThat(allocate(1).records()).hasSize(1);
    Decision<Block> second = allocate(2);
    assertThat(second.value()).contains(new Block(1_000, 1_000));
    assertThat(cluster.control.committed().nextProducerId()).isZero();
  }

  /** A failover: the successor knows what is committed, and whoever was told a block was told after that. */
  @Test
  void aSuccessorGoesOnBehindTheLastCommittedBlock() {
    allocate(1);
    cluster.holdCommits = true;
    allocate(1);
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    assertThat(cluster.control.allocateProducerIds(new ProducerIdsCommand(2, cluster.broker(2).brokerEpoch())).value())
        .contains(new Block(1_000, 1_000));
  }

  @Test
  void onlyABrokersPresentRegistrationGetsIds() {
    assertThat(cluster.control.allocateProducerIds(new ProducerIdsCommand(9, 1)).error())
        .contains(ErrorCode.UNKNOWN_BROKER);
    long epoch = cluster.broker(1).brokerEpoch();
    assertThat(cluster.control.allocateProducerIds(new ProducerIdsCommand(1, epoch - 1)).error())
        .contains(ErrorCode.STALE_BROKER_EPOCH);
    cluster.control.resign();
    assertThatThrownBy(() -> cluster.control.allocateProducerIds(new ProducerIdsCommand(1, epoch)))
        .isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
  }
}
