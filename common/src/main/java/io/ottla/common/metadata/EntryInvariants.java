package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What must hold after every entry, checked in production on every node: I15 for the partitions touched, I16 for the brokers touched, I19 for
 * the topics created; and all of it for an image that was loaded. What a single partition state can check, {@link PartitionState} checks itself.
 */
final class EntryInvariants {
  private final MetadataImage image;

  private EntryInvariants(MetadataImage image) {
    this.image = image;
  }

  /** Checks what an entry has touched. */
  static void check(MetadataImage before, MetadataImage image, EntryApplication entry) {
    new EntryInvariants(image).checkEntry(before, entry);
  }

  /** Checks an image of which nothing is known. */
  static void checkAll(MetadataImage image) {
    EntryInvariants invariants = new EntryInvariants(image);
    image.forEachPartition(invariants::checkPartition);
    image.topics().forEach(EntryInvariants::checkCreated);
    for (ConfigResource resource : image.allConfigs().keySet()) {
      if (resource.type() == ConfigResource.Type.TOPIC && image.topic(resource.name()).isEmpty()) {
        throw new MetadataReplayException("settings of unknown topic " + resource.name());
      }
    }
  }

  private void checkEntry(MetadataImage before, EntryApplication entry) {
    @Nullable
    TopicImage topic = null;
    for (Map.Entry<TopicIdPartition, PartitionState> changed : entry.changedPartitions.entrySet()) {
      UUID id = changed.getKey().topicId();
      if (topic == null || !topic.id().equals(id)) {
        topic = image.topic(id).orElseThrow();
      }
      checkPartition(topic, changed.getKey().partition(), changed.getValue());
    }
    for (UUID id : entry.createdTopics) {
      image.topic(id).ifPresent(EntryInvariants::checkCreated);
    }
    checkBrokersThatLeftService(before, entry);
    checkMinIsrChanges(entry);
  }

  private void checkPartition(TopicImage topic, int number, PartitionState state) {
    for (int member : state.isr()) {
      if (!isUnfenced(image, member)) {
        throw violation("I16: fenced or unknown broker " + member + " in the ISR of", topic, number, state);
      }
    }
    checkElr(topic, number, state);
  }

  private void checkElr(TopicImage topic, int number, PartitionState state) {
    if (!state.elr().isEmpty() && state.isr().size() >= image.effectiveMinIsr(topic, state)) {
      throw violation("I15: an ELR beside a sufficient ISR in", topic, number, state);
    }
  }

  private static void checkCreated(TopicImage topic) {
    if (topic.partitions().isEmpty()) {
      throw new MetadataReplayException("I19: topic " + topic.name() + " without partitions");
    }
  }

  /** A broker fenced, re-registered or removed by this entry is in no ISR, also not in those the entry did not touch. */
  private void checkBrokersThatLeftService(MetadataImage before, EntryApplication entry) {
    Set<Integer> left = new TreeSet<>();
    for (int id : entry.changedBrokers) {
      if (isUnfenced(before, id) && !isUnfenced(image, id)) {
        left.add(id);
      }
    }
    if (!left.isEmpty()) {
      for (TopicImage topic : image.topics()) {
        left.stream().filter(id -> topic.shares().of(id).inSync() > 0).forEach(id -> refuseMember(topic, id));
      }
    }
  }

  private static void refuseMember(TopicImage topic, int brokerId) {
    for (int number = 0; number < topic.partitions().size(); number++) {
      PartitionState state = topic.partitions().get(number);
      if (state.isr().contains(brokerId)) {
        throw violation("I16: broker " + brokerId + " went out of service in the ISR of", topic, number, state);
      }
    }
  }

  /** Lowering min ISR takes the ground from under an ELR, so the same entry must have cleared it (M23). */
  private void checkMinIsrChanges(EntryApplication entry) {
    if (entry.changedConfigs.contains(ConfigResource.CLUSTER)) {
      image.forEachPartition(this::checkElr);
      return;
    }
    for (ConfigResource resource : entry.changedConfigs) {
      if (resource.type() == ConfigResource.Type.TOPIC) {
        image.topic(resource.name()).ifPresent(topic -> {
          for (int number = 0; number < topic.partitions().size(); number++) {
            checkElr(topic, number, topic.partitions().get(number));
          }
        });
      }
    }
  }

  private static boolean isUnfenced(MetadataImage image, int brokerId) {
    BrokerRegistration broker = image.brokers().get(brokerId);
    return broker != null && !broker.fenced();
  }

  private static MetadataReplayException violation(String what, TopicImage topic, int number, PartitionState state) {
    return new MetadataReplayException(what + " " + topic.name() + "-" + number + ": " + state);
  }
}
