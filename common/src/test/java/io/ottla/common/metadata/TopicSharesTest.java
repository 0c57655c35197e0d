package io.ottla.common.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicSharesTest {

  /** Against a plain count, for every topic that ever was in random histories. */
  @Test
  void everyShareIsWhatACountGives() {
    int topics = 0;
    for (int seed = 1; seed <= 20; seed++) {
      for (MetadataImage image : new RandomHistory(seed, 100).images) {
        for (TopicImage topic : image.topics()) {
          for (int broker = 0; broker <= 6; broker++) {
            assertThat(topic.shares().of(broker)).isEqualTo(counted(topic.partitions(), broker));
          }
          assertThat(topic.shares().leaderless())
              .isEqualTo((int) topic.partitions().stream().filter(state -> !state.hasLeader()).count());
          assertThat(topic.shares()).isSameAs(topic.shares());
          topics++;
        }
      }
    }
    assertThat(topics).isGreaterThan(1_000);
  }

  private static TopicShares.Share counted(List<PartitionState> partitions, int broker) {
    List<PartitionState> preferred = partitions.stream().filter(state -> state.preferredLeader() == broker).toList();
    return new TopicShares.Share(count(partitions, state -> state.isReplica(broker)), preferred.size(),
        count(preferred, state -> state.leader() != broker), count(partitions, state -> state.leader() == broker),
        count(partitions, state -> state.isr().contains(broker)),
        count(partitions, state -> state.elr().contains(broker)));
  }

  private static int count(List<PartitionState> partitions, java.util.function.Predicate<PartitionState> which) {
    return (int) partitions.stream().filter(which).count();
  }

  @Test
  void brokersAreVisitedInOrder() {
    MetadataImage image = MetadataFixtures.threeBrokersOneTopic();
    List<Integer> visited = new ArrayList<>();
    image.topic("orders").orElseThrow().shares().forEach((broker, share) -> {
      visited.add(broker);
      assertThat(share.replicas()).isEqualTo(2);
    });
    assertThat(visited).containsExactly(1, 2, 3);
  }
}
