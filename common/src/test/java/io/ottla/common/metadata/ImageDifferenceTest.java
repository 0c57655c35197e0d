package io.ottla.common.metadata;

import static io.ottla.common.metadata.MetadataFixtures.TOPIC;
import static io.ottla.common.metadata.MetadataFixtures.isr;
import static io.ottla.common.metadata.MetadataFixtures.next;
import static io.ottla.common.metadata.MetadataFixtures.partition;
import static io.ottla.common.metadata.MetadataFixtures.register;
import static io.ottla.common.metadata.MetadataFixtures.threeBrokersOneTopic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** M35: the difference of two images has the effect of all entries between them. */
class ImageDifferenceTest {

  /** What somebody knows who hears of nothing but deltas, as a broker does. */
  private static final class Follower {
    final SortedMap<TopicIdPartition, PartitionState> partitions = new TreeMap<>();
    final Map<UUID, String> topics = new TreeMap<>();
    final Map<Integer, BrokerRegistration> brokers = new TreeMap<>();
    final Map<ConfigResource, Map<String, String>> configs = new TreeMap<>();
    final Set<UUID> deleted = new HashSet<>();
    MetadataImage image = MetadataImage.EMPTY;

    void follow(MetadataDelta delta) {
      assertThat(delta.before()).isSameAs(image);
      image = delta.image();
      delta.deletedTopics().forEach((id, topic) -> {
        assertThat(deleted.add(id)).as("deleted once").isTrue();
        if (topics.remove(id) != null) {
          for (int number = 0; number < topic.partitions().size(); number++) {
            assertThat(partitions.remove(new TopicIdPartition(id, number))).isNotNull();
          }
        }
      });
      delta.createdTopics().forEach((id, topic) -> assertThat(topics.put(id, topic.name())).isNull());
      partitions.putAll(delta.changedPartitions());
      for (int id : delta.changedBrokers()) {
        image.broker(id).ifPresentOrElse(broker -> brokers.put(id, broker), () -> brokers.remove(id));
      }
      for (ConfigResource resource : delta.changedConfigs()) {
        if (image.configs(resource).isEmpty()) {
          configs.remove(resource);
        } else {
          configs.put(resource, image.configs(resource));
        }
      }
    }

    /** Everything but what the delta says nothing about. */
    List<Object> view() {
      return List.of(partitions, topics, brokers, configs);
    }
  }

  /** P36. */
  @Test
  void producerIdsNeverGoBack() {
    MetadataImage image = threeBrokersOneTopic();
    MetadataImage given = next(image, new MetadataRecord.ProducerIds(1, 1, 1_000));
    MetadataImage other = MetadataDelta.apply(next(image), 6, 1, List.of());
    assertThat(MetadataDelta.between(image, given).isEmpty()).isFalse();
    assertThatThrownBy(() -> MetadataDelta.between(given, other)).isInstanceOf(MetadataReplayException.class);
  }

  @Test
  void oneDeltaOverManyEntriesHasTheirEffect() {
    int jumps = 0;
    for (int seed = 1; seed <= 60; seed++) {
      RandomHistory history = new RandomHistory(seed, 150);
      Random random = new Random(seed);
      Follower stepwise = new Follower();
      Follower jumping = new Follower();
      List<MetadataDelta> since = new ArrayList<>();
      for (int index = 1; index <= history.entries.size(); index++) {
        since.add(MetadataDelta.of(stepwise.image, index, history.term(index), history.entries.get(index - 1)));
        stepwise.follow(since.getLast());
        if (random.nextInt(12) == 0 || index == history.entries.size()) {
          MetadataDelta jump = MetadataDelta.between(jumping.image, stepwise.image);
          jumping.follow(jump);
          checkThatOnlyChangesAreNamed(jump, since);
          assertThat(jumping.view()).as("seed " + seed + " at " + index).isEqualTo(stepwise.view());
          assertThat(stepwise.deleted).containsAll(jumping.deleted);
          since.clear();
          jumps++;
        }
      }
    }
    assertThat(jumps).isGreaterThan(300);
  }

  private static void checkThatOnlyChangesAreNamed(MetadataDelta jump, List<MetadataDelta> steps) {
    Set<TopicIdPartition> partitions = new HashSet<>();
    Set<Integer> brokers = new HashSet<>();
    Set<ConfigResource> configs = new HashSet<>();
    for (MetadataDelta step : steps) {
      partitions.addAll(step.changedPartitions().keySet());
      brokers.addAll(step.changedBrokers());
      configs.addAll(step.changedConfigs());
    }
    partitions.removeIf(id -> jump.image().partition(id.topicId(), id.partition()).isEmpty());
    assertThat(jump.changedPartitions().keySet()).isEqualTo(partitions);
    assertThat(brokers).containsAll(jump.changedBrokers());
    assertThat(configs).containsAll(jump.changedConfigs());
  }

  /** F17. */
  @Test
  void aTopicCreatedAnewUnderItsNameIsADeletionAndACreation() {
    MetadataImage before = threeBrokersOneTopic();
    UUID second = new UUID(7, 2);
    MetadataImage after = next(next(before, new RemoveTopic(TOPIC)), new TopicRecord(second, "orders"),
        partition(second, 0, List.of(1)));

    MetadataDelta delta = MetadataDelta.between(before, after);

    assertThat(delta.deletedTopics()).containsOnlyKeys(TOPIC);
    assertThat(delta.deletedTopics().get(TOPIC)).isSameAs(before.topic(TOPIC).orElseThrow());
    assertThat(delta.createdTopics()).containsOnlyKeys(second);
    assertThat(delta.changedPartitions()).containsOnlyKeys(new TopicIdPartition(second, 0));
  }

  @Test
  void whatCameAndWentBetweenDoesNotOccur() {
    MetadataImage before = threeBrokersOneTopic();
    UUID brief = new UUID(7, 3);
    MetadataImage after = next(next(before, new TopicRecord(brief, "brief"), partition(brief, 0, List.of(1))),
        new RemoveTopic(brief));

    assertThat(MetadataDelta.between(before, after).isEmpty()).isTrue();
    assertThat(MetadataDelta.between(before, before).isEmpty()).isTrue();
  }

  /** M2, M37. */
  @Test
  void anImageOfAnotherHistoryIsRefused() {
    MetadataImage before = next(threeBrokersOneTopic(), isr(0, List.of(1, 2), 2));
    refuses(before, threeBrokersOneTopic());
    refuses(before, MetadataDelta.apply(threeBrokersOneTopic(), 9, 1, List.of()));
    refuses(before, next(threeBrokersOneTopic(), isr(0, List.of(1, 3), 3)));
    MetadataImage again = next(before, isr(0, List.of(2, 3), 2), isr(1, List.of(2, 3), null), register(1));
    refuses(again, MetadataDelta.apply(before, 9, 1, List.of()));
    refuses(MetadataDelta.apply(before, 9, 3, List.of()), MetadataDelta.apply(before, 10, 2, List.of()));
  }

  private static void refuses(MetadataImage before, MetadataImage after) {
    assertThatThrownBy(() -> MetadataDelta.between(before, after)).isInstanceOf(MetadataReplayException.class);
  }
}
