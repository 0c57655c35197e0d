package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What must hold after every entry, checked in production on every node: I15 for the partitions touched, I16 for the brokers touched, I19 for
 * the topics created. What a single partition state can check, {@link PartitionState} checks itself.
 */
final class EntryInvariants {
  private final MetadataImage before;
  private final MetadataImage image;
  private final EntryApplication entry;

  EntryInvariants(MetadataImage before, MetadataImage image, EntryApplication entry) {
    this.before = before;
    this.image = image;
    this.entry = entry;
  }

  void check() {
    for (TopicIdPartition id : entry.changedPartitions) {
      image.topic(id.topicId()).ifPresent(topic -> checkPartition(topic, id.partition()));
    }
    for (UUID id : entry.createdTopics) {
      image.topic(id).ifPresent(this::checkCreated);
    }
    checkBrokersThatLeftService();
    checkMinIsrChanges();
  }

  private void checkPartition(TopicImage topic, int number) {
    PartitionState state = topic.partitions().get(number);
    for (int member : state.isr()) {
      boolean unfenced = image.broker(member).map(broker -> !broker.fenced()).orElse(false);
      require(unfenced, "I16: fenced or unknown broker " + member + " in the ISR of", topic, number, state);
    }
    checkElr(topic, number, state);
  }

  private void checkElr(TopicImage topic, int number, PartitionState state) {
    boolean holds = state.elr().isEmpty() || state.isr().size() < image.effectiveMinIsr(topic, state);
    require(holds, "I15: an ELR beside a sufficient ISR in", topic, number, state);
  }

  private void checkCreated(TopicImage topic) {
    if (topic.partitions().isEmpty()) {
      throw new MetadataReplayException("I19: topic " + topic.name() + " without partitions");
    }
  }

  /** A broker fenced, re-registered or removed by this entry is in no ISR, also not in those the entry did not touch. */
  private void checkBrokersThatLeftService() {
    Set<Integer> left = new TreeSet<>();
    for (int id : entry.changedBrokers) {
      boolean served = before.broker(id).map(broker -> !broker.fenced()).orElse(false);
      boolean serves = image.broker(id).map(broker -> !broker.fenced()).orElse(false);
      if (served && !serves) {
        left.add(id);
      }
    }
    if (left.isEmpty()) {
      return;
    }
    image.forEachPartition((topic, number, state) -> {
      for (int member : state.isr()) {
        require(!left.contains(member), "I16: broker " + member + " went out of service in the ISR of", topic, number,
            state);
      }
    });
  }

  /** Lowering min ISR takes the ground from under an ELR, so the same entry must have cleared it (M23). */
  private void checkMinIsrChanges() {
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

  private static void require(boolean holds, String violation, TopicImage topic, int number, PartitionState state) {
    if (!holds) {
      throw new MetadataReplayException(violation + " " + topic.name() + "-" + number + ": " + state);
    }
  }
}
