package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.GrowTopicCommand.Grown;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** More partitions for a topic, M31. */
class GrowTopicTest {
  private final TestCluster cluster = TestCluster.withBrokers(3);

  private Decision<Grown> grow(String topic, int partitions) {
    return cluster.run(cluster.control.administer(new GrowTopicCommand(topic, partitions, false)));
  }

  @Test
  void newPartitionsComeInOneEntryAndTheOldOnesStayUntouched() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2), List.of(2, 3)));
    List<PartitionState> before = cluster.image().topic(topic).orElseThrow().partitions();
    int size = cluster.log.size();
    Grown grown = grow("t", 6).value().orElseThrow();
    assertThat(cluster.log).hasSize(size + 1);
    assertThat(grown).isEqualTo(new Grown(6, 2, size + 1));
    List<PartitionState> after = cluster.image().topic(topic).orElseThrow().partitions();
    assertThat(after.subList(0, 2)).isEqualTo(before);
    assertThat(after.subList(2, 6)).hasSize(4).allSatisfy(state -> {
      assertThat(state.replicas()).hasSize(2).doesNotHaveDuplicates();
      assertThat(state.isr()).isEqualTo(state.replicas());
      assertThat(state.leader()).isEqualTo(state.replicas().getFirst());
      assertThat(state.leaderEpoch()).isZero();
      assertThat(state.partitionEpoch()).isZero();
    });
  }

  /** M31: where the topic has most already, it gets least. */
  @Test
  void newPartitionsGoWhereTheTopicHasLeast() {
    UUID topic = cluster.topic("t", List.of(List.of(1), List.of(1), List.of(2)));
    grow("t", 6);
    Map<Integer, Long> leaders = cluster.image().topic(topic).orElseThrow().partitions().stream()
        .collect(Collectors.groupingBy(PartitionState::leader, TreeMap::new, Collectors.counting()));
    assertThat(leaders).isEqualTo(Map.of(1, 2L, 2, 2L, 3, 2L));
  }

  @Test
  void onlyActiveReplicasStartInTheIsr() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.kill(2);
    grow("t", 3);
    assertThat(cluster.image().topic(topic).orElseThrow().partitions().subList(1, 3)).allSatisfy(state -> {
      assertThat(state.replicas()).hasSize(3);
      assertThat(state.isr()).containsExactlyInAnyOrder(1, 3);
    });
  }

  @Test
  void aCountThatIsNotLargerIsRefusedWithTheOneThereIs() {
    cluster.topic("t", List.of(List.of(1), List.of(2)));
    for (int count : new int[] {2, 1, 0, -1}) {
      Decision<Grown> decision = grow("t", count);
      assertThat(decision.error()).contains(ErrorCode.INVALID_PARTITIONS);
      assertThat(decision.result().toString()).contains("has 2 partitions");
    }
    assertThat(grow("t", MetadataRecord.MAX_PER_ENTRY).error()).contains(ErrorCode.INVALID_PARTITIONS);
  }

  @Test
  void anUnknownTopicIsRefused() {
    assertThat(grow("u", 2).error()).contains(ErrorCode.UNKNOWN_TOPIC);
  }

  @Test
  void withoutEnoughBrokersItIsRefused() {
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.run(cluster.control.heartbeat(cluster.shutdownWish(3), cluster.nowMs));
    assertThat(grow("t", 2).error()).contains(ErrorCode.INVALID_REPLICATION_FACTOR);
    cluster.kill(1);
    cluster.kill(2);
    assertThat(grow("t", 2).error()).contains(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Test
  void validatingChangesNothing() {
    cluster.topic("t", List.of(List.of(1)));
    Decision<Grown> decision = cluster.control.administer(new GrowTopicCommand("t", 5, true));
    assertThat(decision.records()).isEmpty();
    assertThat(decision.value()).contains(new Grown(5, 1, 0));
  }
}
