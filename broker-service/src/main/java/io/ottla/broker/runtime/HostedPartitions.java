package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.log.Compaction;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.Retention;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.ReplicationSettings;
import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.ConfigValue;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.Compression;

/**
 * The replicas on this broker's disk, and the ones in service. Changed by the metadata thread only; looked up by any. A log is matched by topic
 * id (M39); the manifest lists a new one before it serves, and forgets a removed one before it goes (M13).
 */
final class HostedPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartitions.class);

  private final LogStore store;
  private final DirectoryRecord record;
  private final LogConfig defaults;
  private final ReplicationSettings replication;
  private final Workers.ReplicaFactory replicas;
  private final HostServices services;
  private final RandomSource random;
  private final LongSupplier wallClock;
  private final Map<TopicIdPartition, Long> checkpointedHighWatermarks;
  private final Map<TopicIdPartition, HostedPartition> hosted = new ConcurrentHashMap<>();

  HostedPartitions(LogStore store, DirectoryRecord record, LogConfig defaults, ReplicationSettings replication,
      Workers.ReplicaFactory replicas, HostServices services, RandomSource random, LongSupplier wallClock) {
    this.store = store;
    this.record = record;
    this.defaults = defaults;
    this.replication = replication;
    this.replicas = replicas;
    this.services = services;
    this.random = random;
    this.wallClock = wallClock;
    this.checkpointedHighWatermarks = store.loadHighWatermarks();
  }

  @Nullable
  HostedPartition get(TopicIdPartition id) {
    return hosted.get(id);
  }

  Collection<HostedPartition> all() {
    return hosted.values();
  }

  int count() {
    return hosted.size();
  }

  /** Opens or creates the logs of these partitions and puts them into service; durable before anything can be appended. */
  void open(Collection<TopicIdPartition> wanted, MetadataImage image) {
    List<HostedPartition> opened = new ArrayList<>();
    for (TopicIdPartition id : wanted) {
      TopicImage topic = image.topic(id.topicId()).orElseThrow();
      if (!hosted.containsKey(id)) {
        opened.add(host(id, topic, log(id, topic, image)));
      }
    }
    if (!opened.isEmpty()) {
      Set<TopicIdPartition> all = new TreeSet<>(hosted.keySet());
      opened.forEach(partition -> all.add(partition.id()));
      record.replaceManifest(all);
      opened.forEach(partition -> hosted.put(partition.id(), partition));
    }
  }

  private PartitionLog log(TopicIdPartition id, TopicImage topic, MetadataImage image) {
    PartitionLog log;
    if (store.isDamaged(id)) {
      // This registration, already applied, took the replica out of ISR and ELR (P43, M11).
      log = store.repair(id);
    } else {
      log = store.log(id).orElseGet(() -> create(id, topic));
    }
    log.updateConfig(configOf(topic, image));
    return log;
  }

  private PartitionLog create(TopicIdPartition id, TopicImage topic) {
    UUID incarnation = random.nextUuid();
    LOG.info("event=log_created partition={} topic={} incarnation={}", id, topic.name(), incarnation);
    return store.create(new PartitionMetadata(id, topic.name(), incarnation));
  }

  private HostedPartition host(TopicIdPartition id, TopicImage topic, PartitionLog log) {
    ReplicaAlarms alarms = (kind, detail) -> LOG.error("event=alarm kind={} partition={} topic={} detail=\"{}\"", kind,
        id, topic.name(), detail);
    PartitionReplica replica = replicas.make(services.session().brokerId(), new BrokerLog(log, wallClock),
        checkpointedHighWatermarks.getOrDefault(id, 0L), replication, alarms);
    return new HostedPartition(id, topic.name(), log, replica, replication.forceBeforeAck(), services);
  }

  /** Takes a topic's settings over. */
  void configure(TopicImage topic, MetadataImage image) {
    LogConfig config = configOf(topic, image);
    for (int i = 0; i < topic.partitions().size(); i++) {
      HostedPartition partition = hosted.get(new TopicIdPartition(topic.id(), i));
      if (partition != null) {
        partition.log().updateConfig(config);
      }
    }
  }

  private LogConfig configOf(TopicImage topic, MetadataImage image) {
    int maxBatch = (int) Math.min(Integer.MAX_VALUE, number(topic, image, TopicConfigs.MAX_MESSAGE_BYTES));
    long ahead = number(topic, image, TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS);
    // Far beyond any clock, and small enough to be added to one.
    Compaction compaction = compactionOf(topic, image);
    AppendLimits limits = new AppendLimits(maxBatch, Math.min(ahead, Long.MAX_VALUE / 4), compaction != null);
    ConfigValue segmentBytes = image.topicConfig(topic, TopicConfigs.SEGMENT_BYTES);
    int segment = segmentBytes.source() == ConfigValue.Source.TOPIC
        ? Integer.parseInt(segmentBytes.value())
        : defaults.segmentBytes();
    return new LogConfig(segment, defaults.indexIntervalBytes(), limits,
        number(topic, image, TopicConfigs.SEGMENT_MS), (int) number(topic, image, TopicConfigs.SEGMENT_INDEX_BYTES),
        retentionOf(topic, image),
        Compression.ofTopicSetting(image.topicConfig(topic, TopicConfigs.COMPRESSION_TYPE).value()).orElse(null),
        compaction);
  }

  private static @Nullable Compaction compactionOf(TopicImage topic, MetadataImage image) {
    boolean compacts = image.topicConfig(topic, TopicConfigs.CLEANUP_POLICY).value().contains(TopicConfigs.COMPACT);
    return compacts
        ? new Compaction(
            Double.parseDouble(image.topicConfig(topic, TopicConfigs.MIN_CLEANABLE_DIRTY_RATIO).value()),
            number(topic, image, TopicConfigs.DELETE_RETENTION_MS),
            number(topic, image, TopicConfigs.MIN_COMPACTION_LAG_MS))
        : null;
  }

  private static Retention retentionOf(TopicImage topic, MetadataImage image) {
    boolean deletes = image.topicConfig(topic, TopicConfigs.CLEANUP_POLICY).value().contains(TopicConfigs.DELETE);
    return new Retention(deletes ? number(topic, image, TopicConfigs.RETENTION_MS) : -1,
        deletes ? number(topic, image, TopicConfigs.RETENTION_BYTES) : -1,
        number(topic, image, TopicConfigs.FILE_DELETE_DELAY_MS));
  }

  private static long number(TopicImage topic, MetadataImage image, String name) {
    return Long.parseLong(image.topicConfig(topic, name).value());
  }

  /** Takes partitions out of service and removes their logs (M40). */
  void delete(Collection<TopicIdPartition> gone) {
    forget(gone);
    for (TopicIdPartition id : gone) {
      LOG.info("event=log_deleted partition={}", id);
      store.delete(id);
    }
  }

  /** Renames logs that no replica of this broker claims, and keeps them (M39). Only once the own registration is applied (M38). */
  void setAsideStrays(Collection<TopicIdPartition> found) {
    List<TopicIdPartition> strays = found.stream().filter(id -> !hosted.containsKey(id)).toList();
    record.replaceManifest(hosted.keySet());
    for (TopicIdPartition id : strays) {
      LOG.warn("event=stray_log_set_aside partition={} reason=\"no replica of this broker\"", id);
      store.setAside(id);
    }
  }

  private void forget(Collection<TopicIdPartition> gone) {
    Set<TopicIdPartition> left = new TreeSet<>(hosted.keySet());
    left.removeAll(gone);
    for (TopicIdPartition id : gone) {
      HostedPartition partition = hosted.remove(id);
      if (partition != null) {
        partition.close();
      }
    }
    record.replaceManifest(left);
  }
}
