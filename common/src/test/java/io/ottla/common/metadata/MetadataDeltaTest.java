package io.ottla.common.metadata;

import static io.ottla.common.metadata.MetadataFixtures.TOPIC;
import static io.ottla.common.metadata.MetadataFixtures.isr;
import static io.ottla.common.metadata.MetadataFixtures.next;
import static io.ottla.common.metadata.MetadataFixtures.partition;
import static io.ottla.common.metadata.MetadataFixtures.register;
import static io.ottla.common.metadata.MetadataFixtures.state;
import static io.ottla.common.metadata.MetadataFixtures.threeBrokersOneTopic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetadataDeltaTest {

  /** M1. */
  @Test
  void everyChangeRaisesThePartitionEpochAndOnlyAPresentLeaderFieldTheLeaderEpoch() {
    MetadataImage shrunk = next(threeBrokersOneTopic(), isr(0, List.of(1, 2), null));
    assertThat(state(shrunk, 0)).extracting(PartitionState::leaderEpoch, PartitionState::partitionEpoch)
        .containsExactly(0, 1);

    MetadataImage moved = next(shrunk, isr(0, List.of(1, 2), 2));
    assertThat(state(moved, 0)).extracting(PartitionState::leaderEpoch, PartitionState::partitionEpoch)
        .containsExactly(1, 2);

    MetadataImage sameLeaderAgain = next(moved, isr(0, List.of(1, 2), 2));
    assertThat(state(sameLeaderAgain, 0).leaderEpoch()).isEqualTo(2);

    MetadataImage leaderless = next(sameLeaderAgain, isr(0, List.of(1, 2), PartitionState.NO_LEADER));
    assertThat(state(leaderless, 0)).extracting(PartitionState::leader, PartitionState::leaderEpoch)
        .containsExactly(-1, 3);
  }

  /** M2. */
  @Test
  void aRecreatedTopicStartsAnewUnderAnotherId() {
    MetadataImage changed = next(threeBrokersOneTopic(), isr(0, List.of(1, 2), 2),
        new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "5"));
    UUID second = new UUID(7, 2);

    MetadataImage image = next(next(changed, new RemoveTopic(TOPIC)), new TopicRecord(second, "orders"),
        partition(second, 0, List.of(1)));

    assertThat(image.topic(TOPIC)).isEmpty();
    assertThat(image.topic("orders").orElseThrow().id()).isEqualTo(second);
    assertThat(image.partition(second, 0).orElseThrow().partitionEpoch()).isZero();
    assertThat(image.configs(ConfigResource.topic("orders"))).isEmpty();
  }

  /** M11: the broker epoch is the entry's index, the registration starts fenced. */
  @Test
  void registrationTakesItsEpochFromTheEntryAndStartsFenced() {
    MetadataImage image = MetadataDelta.apply(MetadataImage.EMPTY, 17, 2, List.of(register(1)));
    BrokerRegistration broker = image.broker(1).orElseThrow();

    assertThat(broker.brokerEpoch()).isEqualTo(17);
    assertThat(broker.fenced()).isTrue();
    assertThat(broker.lastActiveEpoch()).isEqualTo(BrokerRegistration.NEVER_ACTIVE);
  }

  /** M11: what counts is the last epoch under which the broker was unfenced. */
  @Test
  void lastActiveEpochSurvivesReRegistration() {
    MetadataImage image = threeBrokersOneTopic();
    image = next(image, isr(0, List.of(2, 3), 2), isr(1, List.of(2, 3), null), register(1));

    assertThat(image.broker(1).orElseThrow()).extracting(BrokerRegistration::brokerEpoch,
        BrokerRegistration::lastActiveEpoch, BrokerRegistration::fenced).containsExactly(5L, 1L, true);

    image = next(image, BrokerChange.unfence(1, 5));
    assertThat(image.broker(1).orElseThrow().lastActiveEpoch()).isEqualTo(5);
  }

  @Test
  void deltaNamesWhatChanged() {
    MetadataImage before = threeBrokersOneTopic();
    UUID other = new UUID(7, 9);
    MetadataDelta delta = MetadataDelta.of(before, 9, 3,
        List.of(isr(1, List.of(2, 3), null), new TopicRecord(other, "b"), partition(other, 0, List.of(3)),
            BrokerChange.shuttingDown(1, 1), new ConfigRecord(ConfigResource.CLUSTER, "durability", "os")));

    assertThat(delta.changedPartitions()).containsOnlyKeys(new TopicIdPartition(TOPIC, 1),
        new TopicIdPartition(other, 0));
    assertThat(delta.createdTopics()).containsOnlyKeys(other);
    assertThat(delta.changedBrokers()).containsExactly(1);
    assertThat(delta.changedConfigs()).containsExactly(ConfigResource.CLUSTER);
    assertThat(delta.before()).isSameAs(before);
    assertThat(delta.image().index()).isEqualTo(9);
    assertThat(delta.image().term()).isEqualTo(3);
    assertThat(MetadataDelta.of(before, 9, 3, List.of()).isEmpty()).isTrue();
  }

  @Test
  void deletionReportsTheTopicAsItLastWasAndNoChangedPartitions() {
    MetadataDelta delta = MetadataDelta.of(threeBrokersOneTopic(), 5, 1,
        List.of(isr(0, List.of(1), null), new RemoveTopic(TOPIC)));

    assertThat(delta.deletedTopics()).containsOnlyKeys(TOPIC);
    assertThat(delta.changedPartitions()).isEmpty();
    assertThat(delta.image().topicCount()).isZero();
  }

  /** P36, I39. */
  @Test
  void producerIdsAreNeverGivenTwice() {
    MetadataImage image = threeBrokersOneTopic();
    assertThat(image.nextProducerId()).isZero();
    MetadataDelta first = MetadataDelta.of(image, 5, 1, List.of(new MetadataRecord.ProducerIds(1, 1, 1_000)));
    assertThat(first.image().nextProducerId()).isEqualTo(1_000);
    assertThat(first.isEmpty()).isFalse();
    assertThat(first.image().digest()).isNotEqualTo(image.digest());

    MetadataImage given = first.image();
    assertThatThrownBy(() -> next(given, new MetadataRecord.ProducerIds(2, 2, 1_000)))
        .isInstanceOf(MetadataReplayException.class);
    assertThatThrownBy(() -> next(given, new MetadataRecord.ProducerIds(2, 1, 2_000)))
        .as("by an earlier registration").isInstanceOf(MetadataReplayException.class);
    assertThat(next(given, new MetadataRecord.ProducerIds(2, 2, 2_000)).nextProducerId()).isEqualTo(2_000);
  }

  /** M36: an entry whose last record fails leaves nothing behind. */
  @Test
  void anEntryTakesEffectAsAWholeOrNotAtAll() {
    MetadataImage before = threeBrokersOneTopic();
    String digest = before.digest();

    assertThatThrownBy(() -> next(before, isr(0, List.of(1), null), new RemoveTopic(new UUID(0, 99))))
        .isInstanceOf(MetadataReplayException.class);

    assertThat(before.digest()).isEqualTo(digest);
    assertThat(state(before, 0).isr()).containsExactly(1, 2, 3);
  }

  @Test
  void entriesOutOfOrderAreRefused() {
    MetadataImage image = threeBrokersOneTopic();
    assertThatThrownBy(() -> MetadataDelta.apply(image, 4, 1, List.of())).isInstanceOf(MetadataReplayException.class);
    assertThatThrownBy(() -> MetadataDelta.apply(image, 5, 0, List.of())).isInstanceOf(MetadataReplayException.class);
  }

  /** I15. */
  @Test
  void statesThatBreakAPartitionInvariantAreRefused() {
    MetadataImage image = threeBrokersOneTopic();
    refuses(image, isr(0, List.of(1, 4), null));
    refuses(image, isr(0, List.of(2, 3), null));
    refuses(image, isr(0, List.of(1, 1), null));
    refuses(image, change(List.of(1), List.of(1), null));
    refuses(image, change(List.of(1), List.of(9), null));
    refuses(image, change(List.of(1, 2), List.of(3), null));
    refuses(image, change(List.of(1, 2), null, LeaderRecoveryState.RECOVERING));
    assertThat(state(next(image, change(List.of(1), List.of(3), null)), 0).elr()).containsExactly(3);
  }

  /** I16. */
  @Test
  void aFencedBrokerCannotStayInAnIsr() {
    MetadataImage image = threeBrokersOneTopic();
    refuses(image, BrokerChange.fence(1, 1));
    refuses(image, isr(0, List.of(2, 3), 2), BrokerChange.fence(1, 1));
    refuses(image, isr(0, List.of(2, 3), 2), isr(1, List.of(2, 3), null), BrokerChange.fence(1, 1),
        isr(0, List.of(1, 2, 3), null));
    refuses(image, register(1));

    MetadataImage fenced = next(image, isr(0, List.of(2, 3), 2), isr(1, List.of(2, 3), null), BrokerChange.fence(1, 1));
    assertThat(fenced.isActive(1)).isFalse();
    refuses(fenced, isr(0, List.of(1, 2, 3), null));
  }

  /** I19. */
  @Test
  void topicsAreUniqueAndNeverWithoutPartitions() {
    MetadataImage image = threeBrokersOneTopic();
    UUID other = new UUID(7, 9);
    refuses(image, new TopicRecord(other, "empty"));
    refuses(image, new TopicRecord(other, "orders"), partition(other, 0, List.of(1)));
    refuses(image, new TopicRecord(TOPIC, "b"), partition(TOPIC, 0, List.of(1)));
    refuses(image, partition(TOPIC, 3, List.of(1)));
    refuses(image, partition(TOPIC, 1, List.of(1)));
  }

  @Test
  void changesUnderAnotherBrokerEpochAreRefused() {
    refuses(threeBrokersOneTopic(), BrokerChange.unfence(1, 2));
    refuses(threeBrokersOneTopic(), BrokerChange.unfence(9, 9));
    refuses(threeBrokersOneTopic(), new MetadataRecord.UnregisterBroker(2, 1));
  }

  /** M23: lowering min ISR without clearing the ELR it justified. */
  @Test
  void anElrMustGoWhenMinIsrIsLowered() {
    MetadataImage shrunk = next(threeBrokersOneTopic(), change(List.of(1), List.of(2, 3), null));
    ConfigRecord lower = new ConfigRecord(ConfigResource.topic("orders"), "min.insync.replicas", "1");
    refuses(shrunk, lower);
    refuses(shrunk, new ConfigRecord(ConfigResource.CLUSTER, "min.insync.replicas", "1"));
    assertThat(state(next(shrunk, lower, change(null, List.of(), null)), 0).elr()).isEmpty();
  }

  private static PartitionChange change(@Nullable List<Integer> isr,
      @Nullable List<Integer> elr,
      @Nullable LeaderRecoveryState recovery) {
    return new PartitionChange(TOPIC, 0, null, isr, elr, null, null, null, null, recovery, null);
  }

  private static void refuses(MetadataImage image, MetadataRecord... records) {
    assertThatThrownBy(() -> next(image, records)).isInstanceOf(MetadataReplayException.class);
  }
}
