package io.ottla.common.metadata;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/** Makes an image of the parts of a snapshot. Parts that do not fit together are illegal arguments. */
final class ImageBuilder {
  private final long index;
  private final long term;
  private TreePMap<Integer, BrokerRegistration> brokers = TreePMap.empty();
  private HashPMap<UUID, TopicImage> topicsById = HashTreePMap.empty();
  private TreePMap<String, UUID> topicIdsByName = TreePMap.empty();
  private TreePMap<ConfigResource, TreePMap<String, String>> configs = TreePMap.empty();
  private long nextProducerId;
  private @Nullable OpenTopic open;

  /** The topic whose partitions are being added. */
  private record OpenTopic(UUID id, String name, int count, List<PartitionState> partitions) {}

  ImageBuilder(long index, long term) {
    this.index = index;
    this.term = term;
  }

  long index() {
    return index;
  }

  long term() {
    return term;
  }

  void add(BrokerRegistration broker) {
    require(!brokers.containsKey(broker.brokerId()), "broker " + broker.brokerId() + " occurs twice");
    require(broker.brokerEpoch() <= index, "broker " + broker.brokerId() + " was registered after the snapshot");
    brokers = brokers.plus(broker.brokerId(), broker);
  }

  void beginTopic(UUID id, String name, int partitions) {
    closeTopic();
    require(!topicsById.containsKey(id) && !topicIdsByName.containsKey(name), "topic " + name + " occurs twice");
    require(partitions > 0, "topic " + name + " has no partitions");
    open = new OpenTopic(id, name, partitions, new ArrayList<>());
  }

  /** The next partition of the topic begun last. */
  void add(int number, PartitionState state) {
    OpenTopic topic = open;
    if (topic == null || number != topic.partitions.size() || number >= topic.count) {
      throw new IllegalArgumentException("partition " + number + " is not the next one");
    }
    topic.partitions.add(state);
  }

  void add(ConfigResource resource, String key, String value) {
    TreePMap<String, String> values = configs.get(resource);
    TreePMap<String, String> all = values == null ? TreePMap.empty() : values;
    require(!all.containsKey(key), "setting " + key + " of " + resource + " occurs twice");
    configs = configs.plus(resource, all.plus(key, value));
  }

  void producerIds(long next) {
    require(next > 0 && nextProducerId == 0, "producer ids up to " + next + " after those up to " + nextProducerId);
    nextProducerId = next;
  }

  /** A directory of a broker, by its place in the broker's list. */
  UUID directory(int brokerId, int number) {
    BrokerRegistration broker = brokers.get(brokerId);
    if (broker == null || number < 0 || number >= broker.directoryIds().size()) {
      throw new IllegalArgumentException("broker " + brokerId + " has no directory " + number);
    }
    return broker.directoryIds().get(number);
  }

  private void closeTopic() {
    OpenTopic topic = open;
    if (topic != null) {
      require(topic.partitions.size() == topic.count,
          "topic " + topic.name + " has " + topic.partitions.size() + " of " + topic.count + " partitions");
      topicsById = topicsById.plus(topic.id, TopicImage.of(topic.id, topic.name, topic.partitions));
      topicIdsByName = topicIdsByName.plus(topic.name, topic.id);
      open = null;
    }
  }

  /**
   * The image, which must have this digest.
   *
   * @throws IOException when it has another one
   * @throws MetadataReplayException when it breaks an invariant
   */
  MetadataImage build(String digest) throws IOException {
    closeTopic();
    MetadataImage image = new MetadataImage(index, term, brokers, topicsById, topicIdsByName, configs,
        nextProducerId);
    String actual = image.digest();
    if (!actual.equals(digest)) {
      throw new IOException("a snapshot of " + index + ":" + term + " has digest " + actual + " and claims " + digest);
    }
    EntryInvariants.checkAll(image);
    return image;
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new IllegalArgumentException(violation);
    }
  }
}
