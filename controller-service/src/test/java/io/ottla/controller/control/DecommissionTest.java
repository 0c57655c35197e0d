package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.DecommissionBrokerCommand.Begun;
import io.ottla.controller.control.ReassignPartitionsCommand.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The end of a broker's life: drained, then unregistered. */
class DecommissionTest {
  private final TestCluster cluster = TestCluster.withBrokers(4);

  private Decision<Begun> decommission(int broker) {
    Decision<Begun> decision = cluster.run(
        cluster.control.administer(new DecommissionBrokerCommand(broker, false)));
    cluster.duties();
    return decision;
  }

  private Decision<UnregisterBrokerCommand.Unregistered> unregister(int broker) {
    return cluster.run(cluster.control.administer(new UnregisterBrokerCommand(broker)));
  }

  /** Every leader lets in whoever is added. */
  private void catchUp(UUID topic) {
    for (int number = 0; number < cluster.image().topic(topic).orElseThrow().partitions().size(); number++) {
      PartitionState state = cluster.partition(topic, number);
      List<Integer> isr = new ArrayList<>(state.isr());
      state.adding().stream().filter(id -> !isr.contains(id)).forEach(isr::add);
      if (isr.size() > state.isr().size()) {
        cluster.alter(topic, number, isr.toArray(Integer[]::new));
        cluster.duties();
      }
    }
  }

  @Test
  void replicasMoveToOthersAtTheSamePlaceAndTheBrokerIsUnregisteredWhenItStops() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(3, 1, 2), List.of(2, 1, 4)));
    assertThat(decommission(3).value().orElseThrow().replicas()).isEqualTo(2);
    assertThat(cluster.partition(topic, 0).replicas()).containsExactly(1, 2, 4, 3);
    assertThat(cluster.partition(topic, 1).replicas()).containsExactly(4, 1, 2, 3);
    assertThat(cluster.partition(topic, 2).reassigning()).isFalse();
    catchUp(topic);
    assertThat(cluster.partition(topic, 0).replicas()).containsExactly(1, 2, 4);
    assertThat(cluster.partition(topic, 1).replicas()).containsExactly(4, 1, 2);
    assertThat(cluster.image().broker(3)).as("its process still runs").isPresent();

    cluster.kill(3);
    assertThat(cluster.image().broker(3)).isEmpty();
    assertThat(cluster.image().configs(ConfigResource.broker(3))).isEmpty();
  }

  @Test
  void aDeadBrokerIsDrainedFromTheOthersAndUnregisteredByItself() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.kill(3);
    decommission(3);
    catchUp(topic);
    assertThat(cluster.image().broker(3)).isEmpty();
    assertThat(cluster.partition(topic, 0).replicas()).containsExactly(1, 2, 4);
  }

  @Test
  void whatCannotBeHeldByTheOthersIsRefusedWithTheReason() {
    cluster.topic("wide", List.of(List.of(1, 2, 3, 4)));
    Decision<Begun> refused = decommission(3);
    assertThat(refused.error()).contains(ErrorCode.INVALID_REPLICATION_FACTOR);
    assertThat(refused.result().toString()).contains("'wide'", "replication factor 4", "only 3 brokers",
        "start or add a broker, or reassign its partitions to fewer replicas");
    assertThat(cluster.image().isDraining(3)).isFalse();

    cluster.run(cluster.control.administer(new ReassignPartitionsCommand(
        List.of(new Target("wide", 0, List.of(1, 2, 3))))));
    assertThat(decommission(3).error()).isEmpty();
    assertThat(decommission(2).error()).as("only 1 and 4 would be left for three replicas")
        .contains(ErrorCode.INVALID_REPLICATION_FACTOR);
  }

  /** Broker 4 holds nothing, but is where the replica of broker 3 has to go. */
  @Test
  void twoBrokersDoNotLeaveWhenTheOthersCannotHoldWhatEitherHas() {
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.holdCommits = true;
    assertThat(cluster.run(cluster.control.administer(new DecommissionBrokerCommand(3, false))).error()).isEmpty();
    assertThat(cluster.run(cluster.control.administer(new DecommissionBrokerCommand(4, false))).error())
        .contains(ErrorCode.INVALID_REPLICATION_FACTOR);
  }

  @Test
  void anUnknownBrokerIsRefused() {
    assertThat(decommission(9).error()).contains(ErrorCode.UNKNOWN_BROKER);
    assertThat(unregister(9).error()).contains(ErrorCode.UNKNOWN_BROKER);
  }

  @Test
  void askingAgainChangesNothing() {
    decommission(4);
    assertThat(decommission(4).records()).isEmpty();
    assertThat(cluster.control.administer(new DecommissionBrokerCommand(1, true)).records()).isEmpty();
  }

  /** M28: whoever leaves for good gets nothing any more, by no way. */
  @Test
  void aBrokerThatLeavesGetsNoNewReplicas() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2)));
    decommission(4);
    UUID created = java.util.Objects.requireNonNull(cluster.run(cluster.control.createTopic(
        new CreateTopicCommand("new", 12, 3, null, new TreeMap<>(), false))).value().orElseThrow().topicId());
    assertThat(cluster.image().topic(created).orElseThrow().partitions())
        .noneMatch(state -> state.replicas().contains(4));
    cluster.run(cluster.control.administer(new GrowTopicCommand("t", 8, false)));
    assertThat(cluster.image().topic(topic).orElseThrow().partitions())
        .noneMatch(state -> state.replicas().contains(4));
    assertThat(cluster.run(cluster.control.administer(new ReassignPartitionsCommand(
        List.of(new Target("t", 0, List.of(1, 4)))))).value().orElseThrow().answers().getFirst().error())
        .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(cluster.control.createTopic(CreateTopicCommand.of("m", null, null, Map.of(0, List.of(4)), Map.of(),
        false)).error()).contains(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(cluster.control.createTopic(
        new CreateTopicCommand("wide", 1, 4, null, new TreeMap<>(), false)).error())
        .contains(ErrorCode.INVALID_REPLICATION_FACTOR);
  }

  @Test
  void theWishOutlivesARestartOfTheBrokerAndAFailoverOfTheController() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    decommission(3);
    cluster.kill(3);
    cluster.register(cluster.registration(3, cluster.broker(3).brokerEpoch(), RestartClass.CLEAN,
        TestCluster.directory(3)));
    cluster.beat(3);
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    cluster.duties();
    assertThat(cluster.image().isDraining(3)).isTrue();
    catchUp(topic);
    assertThat(cluster.partition(topic, 0).replicas()).containsExactly(1, 2, 4);
  }

  @Test
  void cancellingLetsItStayAndWhatMovesGoesOn() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    decommission(3);
    cluster.run(cluster.control.administer(new DecommissionBrokerCommand(3, true)));
    assertThat(cluster.image().isDraining(3)).isFalse();
    catchUp(topic);
    assertThat(cluster.partition(topic, 0).replicas()).containsExactly(1, 2, 4);
    cluster.kill(3);
    assertThat(cluster.image().broker(3).map(BrokerRegistration::fenced)).contains(true);
  }

  /** Somebody moves a partition to the very broker that then has to leave. */
  @Test
  void aMoveTowardsTheBrokerGoesElsewhereInstead() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2)));
    cluster.run(cluster.control.administer(new ReassignPartitionsCommand(
        List.of(new Target("t", 0, List.of(1, 3))))));
    decommission(3);
    assertThat(cluster.partition(topic, 0).replicas()).doesNotContain(3);
    assertThat(cluster.partition(topic, 0).target()).hasSize(2).contains(1);
  }

  @Test
  void onlySoManyPartitionsMoveAtOnce() {
    List<List<Integer>> assignments = new ArrayList<>();
    for (int number = 0; number < Drain.MAX_MOVING + 20; number++) {
      assignments.add(List.of(1, 3));
    }
    UUID topic = cluster.topic("many", assignments);
    decommission(3);
    assertThat(cluster.image().topic(topic).orElseThrow().shares().reassigning()).isEqualTo(Drain.MAX_MOVING);
    catchUp(topic);
    catchUp(topic);
    assertThat(cluster.image().topic(topic).orElseThrow().shares().of(3).replicas()).isZero();
  }

  /** M28: another rack than the other replicas, where there is one. */
  @Test
  void theReplacementKeepsRacksApart() {
    TestCluster racks = new TestCluster();
    for (int id = 1; id <= 4; id++) {
      racks.register(racks.registration(id, -1, RestartClass.CLEAN, TestCluster.directory(id), id < 3 ? "a" : "b"));
      racks.beat(id);
    }
    UUID topic = racks.topic("t", List.of(List.of(1, 3)));
    racks.run(racks.control.administer(new DecommissionBrokerCommand(3, false)));
    racks.duties();
    assertThat(racks.partition(topic, 0).target()).containsExactly(1, 4);
  }

  @Test
  void onlyABrokerThatIsGoneAndHoldsNothingIsUnregistered() {
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    assertThat(unregister(4).error()).as("in service").contains(ErrorCode.BROKER_IN_USE);
    cluster.kill(3);
    assertThat(unregister(3).error()).as("holds a replica").contains(ErrorCode.BROKER_IN_USE);
    assertThat(unregister(3).result().toString()).contains("decommission");
    cluster.kill(4);
    assertThat(unregister(4).error()).isEmpty();
    assertThat(cluster.image().broker(4)).isEmpty();
    assertThat(cluster.control.heartbeat(new HeartbeatCommand(4, 1, 1, false, false, List.of(), List.of()),
        cluster.nowMs).error()).contains(ErrorCode.UNKNOWN_BROKER);
  }
}
