package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.ProducerIds;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.TreePMap;

/** The state of applying one entry, record by record. Used by one {@link MetadataDelta} and thrown away. */
final class EntryApplication {
  /** With their state so far; partitions of topics that the entry removes again are not among them. */
  final SortedMap<TopicIdPartition, PartitionState> changedPartitions = new TreeMap<>();
  final Set<UUID> createdTopics = new TreeSet<>();
  final SortedMap<UUID, TopicImage> deletedTopics = new TreeMap<>();
  final Set<Integer> changedBrokers = new TreeSet<>();
  final Set<ConfigResource> changedConfigs = new TreeSet<>();

  private final long index;
  private final long term;
  private final MetadataImage before;
  /** Topics changed so far; they go into the map of all topics once, at the end, however many partitions change. */
  private final Map<UUID, TopicImage> touchedTopics = new HashMap<>();
  private TreePMap<Integer, BrokerRegistration> brokers;
  private HashPMap<UUID, TopicImage> topicsById;
  private TreePMap<String, UUID> topicIdsByName;
  private TreePMap<ConfigResource, TreePMap<String, String>> configs;
  private long nextProducerId;

  EntryApplication(MetadataImage before, long index, long term) {
    if (index <= before.index() || term < before.term()) {
      throw new MetadataReplayException("entry (" + index + ", term " + term + ") does not follow " + before);
    }
    this.before = before;
    this.index = index;
    this.term = term;
    this.brokers = before.brokers();
    this.topicsById = before.topicsById();
    this.topicIdsByName = before.topicIdsByName();
    this.configs = before.allConfigs();
    this.nextProducerId = before.nextProducerId();
  }

  void apply(MetadataRecord change) {
    switch (change) {
      case RegisterBroker register -> apply(register);
      case UnregisterBroker unregister -> apply(unregister);
      case BrokerChange brokerChange -> apply(brokerChange);
      case TopicRecord topic -> apply(topic);
      case RemoveTopic remove -> apply(remove);
      case PartitionRecord partition -> apply(partition);
      case PartitionChange partitionChange -> apply(partitionChange);
      case ConfigRecord config -> apply(config);
      case ProducerIds ids -> apply(ids);
    }
  }

  /** The next image, after checking what must hold between records of one entry. */
  MetadataImage finish() {
    touchedTopics.forEach((id, topic) -> topicsById = topicsById.plus(id, topic));
    MetadataImage image = new MetadataImage(index, term, brokers, topicsById, topicIdsByName, configs,
        nextProducerId);
    EntryInvariants.check(before, image, this);
    return image;
  }

  private void apply(RegisterBroker register) {
    BrokerRegistration previous = brokers.get(register.brokerId());
    long lastActiveEpoch = previous == null ? BrokerRegistration.NEVER_ACTIVE : previous.lastActiveEpoch();
    require(previous == null || previous.brokerEpoch() < index, "broker registered twice in one entry", register);
    brokers = brokers.plus(register.brokerId(),
        new BrokerRegistration(register.brokerId(), index, register.incarnationId(), register.directoryIds(),
            register.endpoints(), register.rack(), register.features(), true, false, lastActiveEpoch));
    changedBrokers.add(register.brokerId());
  }

  private void apply(UnregisterBroker unregister) {
    current(unregister.brokerId(), unregister.brokerEpoch(), unregister);
    brokers = brokers.minus(unregister.brokerId());
    changedBrokers.add(unregister.brokerId());
  }

  private void apply(BrokerChange change) {
    BrokerRegistration old = current(change.brokerId(), change.brokerEpoch(), change);
    boolean fenced = or(change.fenced(), old.fenced());
    brokers = brokers.plus(old.brokerId(),
        new BrokerRegistration(old.brokerId(), old.brokerEpoch(), old.incarnationId(),
            or(change.directoryIds(), old.directoryIds()), old.endpoints(), old.rack(), old.features(), fenced,
            or(change.inControlledShutdown(), old.inControlledShutdown()),
            fenced ? old.lastActiveEpoch() : old.brokerEpoch()));
    changedBrokers.add(old.brokerId());
  }

  private void apply(TopicRecord topic) {
    require(knownTopic(topic.topicId()) == null, "topic id is taken", topic);
    require(!topicIdsByName.containsKey(topic.name()), "topic name is taken", topic);
    touchedTopics.put(topic.topicId(), TopicImage.empty(topic.topicId(), topic.name()));
    topicIdsByName = topicIdsByName.plus(topic.name(), topic.topicId());
    createdTopics.add(topic.topicId());
  }

  private void apply(RemoveTopic remove) {
    TopicImage topic = topic(remove.topicId(), remove);
    touchedTopics.remove(topic.id());
    topicsById = topicsById.minus(topic.id());
    topicIdsByName = topicIdsByName.minus(topic.name());
    ConfigResource resource = ConfigResource.topic(topic.name());
    if (configs.containsKey(resource)) {
      configs = configs.minus(resource);
      changedConfigs.add(resource);
    }
    deletedTopics.put(topic.id(), topic);
    changedPartitions.subMap(new TopicIdPartition(topic.id(), 0), new TopicIdPartition(topic.id(), Integer.MAX_VALUE))
        .clear();
  }

  private void apply(PartitionRecord partition) {
    TopicImage topic = topic(partition.topicId(), partition);
    require(partition.partition() == topic.partitions().size(), "partition number is not the next one", partition);
    put(topic, partition.partition(), partition.state());
  }

  /** M1: the partition epoch always rises by one, the leader epoch exactly when the leader field is present. */
  private void apply(PartitionChange change) {
    TopicImage topic = topic(change.topicId(), change);
    PartitionState old = topic.partition(change.partition())
        .orElseThrow(() -> new MetadataReplayException("unknown partition in " + change));
    Integer leader = change.leader();
    put(topic, change.partition(),
        new PartitionState(or(change.replicas(), old.replicas()), or(change.isr(), old.isr()),
            or(change.elr(), old.elr()), or(change.lastKnownLeader(), old.lastKnownLeader()),
            or(change.adding(), old.adding()), or(change.removing(), old.removing()), or(leader, old.leader()),
            or(change.leaderRecoveryState(), old.leaderRecoveryState()),
            leader == null ? old.leaderEpoch() : Math.addExact(old.leaderEpoch(), 1),
            Math.addExact(old.partitionEpoch(), 1), or(change.directories(), old.directories())));
  }

  private void apply(ConfigRecord config) {
    ConfigResource resource = config.resource();
    String value = config.value();
    require(resource.type() != ConfigResource.Type.TOPIC || topicIdsByName.containsKey(resource.name()),
        "unknown topic", config);
    require(value == null || !config.key().equals(TopicConfigs.MIN_INSYNC_REPLICAS)
        || TopicConfigs.problem(config.key(), value).isEmpty(), "unusable value", config);
    TreePMap<String, String> old = or(configs.get(resource), TreePMap.empty());
    TreePMap<String, String> updated = value == null ? old.minus(config.key()) : old.plus(config.key(), value);
    configs = updated.isEmpty() ? configs.minus(resource) : configs.plus(resource, updated);
    changedConfigs.add(resource);
  }

  /** P36: ids only ever go up, so no block is given twice. */
  private void apply(ProducerIds ids) {
    current(ids.brokerId(), ids.brokerEpoch(), ids);
    require(ids.nextProducerId() > nextProducerId, "producer ids are taken up to " + nextProducerId, ids);
    nextProducerId = ids.nextProducerId();
  }

  private void put(TopicImage topic, int partition, PartitionState state) {
    touchedTopics.put(topic.id(), topic.withPartition(partition, state));
    changedPartitions.put(new TopicIdPartition(topic.id(), partition), state);
  }

  private BrokerRegistration current(int brokerId, long brokerEpoch, MetadataRecord change) {
    BrokerRegistration broker = brokers.get(brokerId);
    if (broker == null || broker.brokerEpoch() != brokerEpoch) {
      throw new MetadataReplayException("registration is " + broker + " in " + change);
    }
    return broker;
  }

  private TopicImage topic(UUID topicId, MetadataRecord change) {
    TopicImage topic = knownTopic(topicId);
    if (topic == null) {
      throw new MetadataReplayException("unknown topic in " + change);
    }
    return topic;
  }

  private @Nullable TopicImage knownTopic(UUID topicId) {
    TopicImage touched = touchedTopics.get(topicId);
    return touched == null ? topicsById.get(topicId) : touched;
  }

  private static <T> T or(@Nullable T changed, T old) {
    return changed == null ? old : changed;
  }

  private static void require(boolean holds, String violation, MetadataRecord change) {
    if (!holds) {
      throw new MetadataReplayException(violation + " in " + change);
    }
  }
}
