package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** F12, F22, F14: RF 3, min ISR 2; all brokers die in some order and come back in some order, with more or less of their logs. */
class ElrTest {
  private static final List<List<Integer>> ORDERS = List.of(List.of(1, 2, 3), List.of(1, 3, 2), List.of(2, 1, 3),
      List.of(2, 3, 1), List.of(3, 1, 2), List.of(3, 2, 1));

  record Case(List<Integer> deaths, List<Integer> returns) {}

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (List<Integer> deaths : ORDERS) {
      for (List<Integer> returns : ORDERS) {
        cases.add(new Case(deaths, returns));
      }
    }
    return cases;
  }

  private final TestCluster cluster = TestCluster.withBrokers(3);
  private final UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
  private final Map<Integer, Long> epochs = new HashMap<>();

  /** Only the last two to die held everything when the last write was confirmed; the first of them to return leads. */
  @ParameterizedTest
  @MethodSource("cases")
  void theFirstToReturnOfTheLastTwoToDieLeads(Case order) {
    die(order.deaths());
    int expected = PartitionState.NO_LEADER;
    for (int broker : order.returns()) {
      comeBack(broker, RestartClass.CRASH_DURABLE, TestCluster.directory(broker));
      boolean first = expected == PartitionState.NO_LEADER && broker != order.deaths().getFirst();
      expected = first ? broker : expected;
      assertThat(state().leader()).as(order + ", after " + broker).isEqualTo(expected);
    }
    assertThat(cluster.control.uncleanElections()).isZero();
  }

  /** The other of the two stays eligible until the ISR suffices again, and may lead if the first one goes once more. */
  @ParameterizedTest
  @MethodSource("cases")
  void theOtherOfTheTwoStaysEligible(Case order) {
    die(order.deaths());
    int first = order.returns().stream().filter(id -> !id.equals(order.deaths().getFirst())).findFirst().orElseThrow();
    int other = order.deaths().stream().skip(1).filter(id -> id != first).findFirst().orElseThrow();
    comeBack(first, RestartClass.CLEAN, TestCluster.directory(first));
    assertThat(state().isr()).containsExactly(first);
    assertThat(state().elr()).containsExactly(other);

    comeBack(other, RestartClass.CRASH_DURABLE, TestCluster.directory(other));
    cluster.kill(first);
    assertThat(state().leader()).isEqualTo(other);
    assertThat(state().elr()).containsExactly(first);
  }

  /** Who may have lost records never leads, whatever the order; the partition waits for the one who has them. */
  @ParameterizedTest
  @MethodSource("cases")
  void whoMayHaveLostRecordsIsNeverElected(Case order) {
    die(order.deaths());
    int lossy = order.deaths().get(1);
    int complete = order.deaths().get(2);
    for (int broker : order.returns()) {
      boolean wiped = broker == lossy && order.returns().getFirst() == lossy;
      comeBack(broker, broker == lossy ? RestartClass.LOSSY : RestartClass.CRASH_DURABLE,
          wiped ? new UUID(99, broker) : TestCluster.directory(broker));
      assertThat(state().leader()).as(order + ", after " + broker).isIn(PartitionState.NO_LEADER, complete);
    }
    assertThat(state().leader()).isEqualTo(complete);
  }

  /** Nobody is left who surely has everything: offline rather than lossy. */
  @Test
  void withoutAnybodyCompleteThePartitionStaysOffline() {
    die(List.of(1, 2, 3));
    comeBack(3, RestartClass.LOSSY, TestCluster.directory(3));
    comeBack(2, RestartClass.CLEAN, new UUID(99, 2));
    comeBack(1, RestartClass.CLEAN, TestCluster.directory(1));
    cluster.pass(60_000, 1, 2, 3);

    assertThat(state().leader()).isEqualTo(PartitionState.NO_LEADER);
    assertThat(state().elr()).isEmpty();
    assertThat(cluster.control.uncleanElections()).isZero();
  }

  /** M21 d: the modes that may lose records anyway take the last leader back, and say so. */
  @Test
  void inOsModeTheLastKnownLeaderComesBackUncleanly() {
    TestCluster os = new TestCluster(Map.of("min.insync.replicas", "2", "durability", "os"));
    for (int id = 1; id <= 3; id++) {
      os.join(id);
    }
    UUID id = os.topic("t", List.of(List.of(1, 2, 3)));
    os.kill(1);
    os.kill(2);
    os.kill(3);
    for (int broker : List.of(2, 1, 3)) {
      os.register(os.registration(broker, os.broker(broker).brokerEpoch(), RestartClass.LOSSY,
          TestCluster.directory(broker)));
      os.beat(broker);
    }
    assertThat(os.partition(id, 0).leader()).as("the last to lead").isEqualTo(3);
    assertThat(os.control.uncleanElections()).isEqualTo(1);
  }

  private void die(List<Integer> order) {
    order.forEach(broker -> epochs.put(broker, cluster.broker(broker).brokerEpoch()));
    order.forEach(cluster::kill);
    assertThat(state().leader()).isEqualTo(PartitionState.NO_LEADER);
    assertThat(state().isr()).isEmpty();
    assertThat(state().elr()).containsExactlyInAnyOrder(order.get(1), order.get(2));
  }

  private void comeBack(int broker, RestartClass restartClass, UUID directory) {
    cluster.register(cluster.registration(broker, epochs.getOrDefault(broker, -1L), restartClass, directory));
    cluster.beat(broker);
    cluster.duties();
  }

  private PartitionState state() {
    return cluster.partition(topic, 0);
  }
}
