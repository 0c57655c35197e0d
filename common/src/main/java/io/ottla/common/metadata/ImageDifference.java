package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** What distinguishes an image from an earlier one of the same log. Linear in the number of partitions. */
final class ImageDifference {
  final SortedMap<TopicIdPartition, PartitionState> changedPartitions = new TreeMap<>();
  final SortedMap<UUID, TopicImage> createdTopics = new TreeMap<>();
  final SortedMap<UUID, TopicImage> deletedTopics = new TreeMap<>();
  final Set<Integer> changedBrokers = new TreeSet<>();
  final Set<ConfigResource> changedConfigs = new TreeSet<>();

  private final MetadataImage before;
  private final MetadataImage after;

  ImageDifference(MetadataImage before, MetadataImage after) {
    require(after.index() >= before.index() && after.term() >= before.term(), "an earlier entry");
    require(after.nextProducerId() >= before.nextProducerId(), "producer ids that are taken");
    this.before = before;
    this.after = after;
    compareBrokers();
    compareTopics();
    collectChanged(changedConfigs, before.allConfigs(), after.allConfigs());
  }

  private void compareBrokers() {
    collectChanged(changedBrokers, before.brokers(), after.brokers());
    for (int id : changedBrokers) {
      BrokerRegistration old = before.brokers().get(id);
      BrokerRegistration now = after.brokers().get(id);
      require(old == null || now == null || now.brokerEpoch() >= old.brokerEpoch(), "an earlier epoch of broker " + id);
    }
  }

  @SuppressWarnings("ReferenceEquality") // what an entry did not change is shared
  private void compareTopics() {
    for (TopicImage old : before.topics()) {
      if (after.topic(old.id()).isEmpty()) {
        deletedTopics.put(old.id(), old);
      }
    }
    for (TopicImage topic : after.topics()) {
      TopicImage old = before.topicsById().get(topic.id());
      if (old == null) {
        createdTopics.put(topic.id(), topic);
        comparePartitions(List.of(), topic);
      } else if (old != topic) {
        require(old.name().equals(topic.name()) && old.partitions().size() <= topic.partitions().size(),
            "an earlier state of topic " + old.name());
        comparePartitions(old.partitions(), topic);
      }
    }
  }

  private void comparePartitions(List<PartitionState> old, TopicImage topic) {
    for (int number = 0; number < topic.partitions().size(); number++) {
      PartitionState state = topic.partitions().get(number);
      PartitionState was = number < old.size() ? old.get(number) : null;
      if (was == null || !was.equals(state)) {
        require(was == null
            || (state.partitionEpoch() > was.partitionEpoch() && state.leaderEpoch() >= was.leaderEpoch()),
            "an earlier epoch, or another state of the same one, of a partition of topic " + topic.name());
        changedPartitions.put(new TopicIdPartition(topic.id(), number), state);
      }
    }
  }

  private static <K, V> void collectChanged(Set<K> changed, Map<K, V> before, Map<K, V> after) {
    before.forEach((key, value) -> {
      if (!after.containsKey(key)) {
        changed.add(key);
      }
    });
    after.forEach((key, value) -> {
      if (!Objects.equals(before.get(key), value)) {
        changed.add(key);
      }
    });
  }

  /** M2, M37: along a log nothing goes back, so whoever says otherwise has another history. */
  private void require(boolean holds, String violation) {
    if (!holds) {
      throw new MetadataReplayException(after + " does not follow " + before + ": it has " + violation);
    }
  }
}
