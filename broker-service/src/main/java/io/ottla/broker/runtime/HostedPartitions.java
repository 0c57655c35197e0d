package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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

import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.ReplicationSettings;
import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;

/**
 * The replicas in this broker's log directories, and the ones in service. Changed by one thread at a time; looked up by any. A log is matched
 * by topic id (M39); the manifest of its directory lists a new one before it serves, and forgets a removed one before it goes (M13). A new log
 * goes to the directory with the fewest replicas that has room for it.
 *
 * <p>What a directory cannot do takes that directory offline and nothing else; what it has no room for is left undone, for another time.
 */
final class HostedPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartitions.class);

  private final List<LogDir> dirs;
  private final OfflineReplicas offline;
  private final TopicLogConfigs configs;
  private final ReplicationSettings replication;
  private final Workers.ReplicaFactory replicas;
  private final HostServices services;
  private final RandomSource random;
  private final LongSupplier wallClock;
  private final Map<TopicIdPartition, Long> checkpointedHighWatermarks = new HashMap<>();
  private final Map<TopicIdPartition, HostedPartition> hosted = new ConcurrentHashMap<>();

  HostedPartitions(List<LogDir> dirs, OfflineReplicas offline, LogConfig defaults, ReplicationSettings replication,
      Workers.ReplicaFactory replicas, HostServices services, RandomSource random, LongSupplier wallClock) {
    this.dirs = List.copyOf(dirs);
    this.offline = offline;
    this.configs = new TopicLogConfigs(defaults);
    this.replication = replication;
    this.replicas = replicas;
    this.services = services;
    this.random = random;
    this.wallClock = wallClock;
    for (LogDir dir : dirs) {
      checkpointedHighWatermarks.putAll(dir.store().loadHighWatermarks());
    }
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

  // ---- into service

  /**
   * Opens or creates the logs of these partitions and puts them into service; durable before anything can be appended. A log that is there but
   * damaged, or that a manifest lists and is not there, makes an offline replica instead (P43, P45).
   *
   * @return those for which there was no room
   */
  List<TopicIdPartition> open(Collection<TopicIdPartition> wanted, MetadataImage image) {
    List<TopicIdPartition> left = new ArrayList<>(wanted);
    // A directory that turns out to be full comes last the next time.
    for (int round = 0; round < dirs.size() && !left.isEmpty(); round++) {
      left = openOnce(left, image);
    }
    return left;
  }

  private List<TopicIdPartition> openOnce(Collection<TopicIdPartition> wanted, MetadataImage image) {
    List<TopicIdPartition> left = new ArrayList<>();
    Map<LogDir, List<HostedPartition>> opened = new HashMap<>();
    Set<TopicIdPartition> created = new HashSet<>();
    for (TopicIdPartition id : wanted) {
      if (!hosted.containsKey(id) && !offline.contains(id) && !isUnusable(id)) {
        TopicImage topic = image.topic(id.topicId()).orElseThrow();
        LogDir dir = directoryOf(id);
        HostedPartition partition = dir == null ? create(id, topic, image)
            : host(dir, topic, image, dir.store().log(id).orElseThrow());
        if (partition == null) {
          left.add(id);
        } else {
          opened.computeIfAbsent(partition.dir(), at -> new ArrayList<>()).add(partition);
        }
        if (dir == null) {
          created.add(id);
        }
      }
    }
    opened.forEach((dir, partitions) -> {
      if (!serve(dir, partitions)) {
        for (HostedPartition partition : partitions) {
          left.add(partition.id());
          if (created.contains(partition.id())) {
            touched(dir, () -> dir.store().delete(partition.id()));
          }
        }
      }
    });
    return left;
  }

  /** Finds a replica that was here and cannot be used. */
  private boolean isUnusable(TopicIdPartition id) {
    if (directoryOf(id) != null) {
      return false;
    }
    for (LogDir dir : dirs) {
      boolean damaged = dir.isOnline() && dir.store().isDamaged(id);
      if (damaged || dir.manifest().lists(id)) {
        LOG.error("event=replica_unusable partition={} directory={} reason=\"{}\"", id, dir,
            damaged ? "its log is damaged" : "its log is gone");
        offline.add(id, OfflineReplicas.NEVER_SERVED, damaged ? dir : null);
        return true;
      }
    }
    return false;
  }

  private @Nullable LogDir directoryOf(TopicIdPartition id) {
    for (LogDir dir : dirs) {
      if (dir.isOnline() && dir.store().log(id).isPresent()) {
        return dir;
      }
    }
    return null;
  }

  /** Makes a new log, in the emptiest directory that takes it; null when there is room in none. */
  private @Nullable HostedPartition create(TopicIdPartition id, TopicImage topic, MetadataImage image) {
    List<LogDir> emptiestFirst = dirs.stream().filter(LogDir::isOnline)

        .sorted(Comparator.comparing(LogDir::isFull).thenComparingInt(LogDir::replicas)).toList();
    for (LogDir dir : emptiestFirst) {
      UUID incarnation = random.nextUuid();
      try {
        PartitionLog log = dir.store().create(new PartitionMetadata(id, topic.name(), incarnation));
        checkpointedHighWatermarks.remove(id);
        LOG.info("event=log_created partition={} topic={} incarnation={} directory={}", id, topic.name(), incarnation,
            dir);
        return host(dir, topic, image, log);
      } catch (OttlaException e) {
        dir.full(true);
        LOG.warn("event=log_not_created partition={} topic={} directory={} reason=\"{}\"", id, topic.name(), dir,
            e.getMessage());
      } catch (LogFailedException e) {
        services.storage().directoryFailed(dir, e);
      }
    }
    return null;
  }

  private HostedPartition host(LogDir dir, TopicImage topic, MetadataImage image, PartitionLog log) {
    TopicIdPartition id = log.id();
    log.updateConfig(configs.configOf(topic, image));
    ReplicaAlarms alarms = (kind, detail) -> LOG.error("event=alarm kind={} partition={} topic={} detail=\"{}\"", kind,
        id, topic.name(), detail);
    PartitionReplica replica = replicas.make(services.session().brokerId(), new BrokerLog(log, wallClock),
        checkpointedHighWatermarks.getOrDefault(id, 0L), replication, alarms);
    dir.gained();
    return new HostedPartition(id, topic.name(), dir, log, replica, replication.forceBeforeAck(), services);
  }

  /** Lists the replicas in the manifest, then serves them; false when the manifest cannot be written. */
  private boolean serve(LogDir dir, List<HostedPartition> partitions) {
    Set<TopicIdPartition> all = replicasIn(dir);
    partitions.forEach(partition -> all.add(partition.id()));
    if (!writeManifest(dir, all)) {
      partitions.forEach(partition -> dir.lost());
      return false;
    }
    partitions.forEach(partition -> hosted.put(partition.id(), partition));
    return true;
  }

  private Set<TopicIdPartition> replicasIn(LogDir dir) {
    Set<TopicIdPartition> all = new TreeSet<>();
    hosted.values().stream().filter(partition -> partition.dir() == dir).forEach(partition -> all.add(partition.id()));
    all.addAll(offline.in(dir));
    return all;
  }

  private boolean writeManifest(LogDir dir, Collection<TopicIdPartition> replicas) {
    try {
      dir.manifest().replaceManifest(replicas);
      return true;
    } catch (OttlaException e) {
      dir.full(true);
      LOG.warn("event=manifest_not_written directory={} reason=\"{}\"", dir, e.getMessage());
    } catch (LogFailedException e) {
      services.storage().directoryFailed(dir, e);
    }
    return false;
  }

  /** Takes a topic's settings over. */
  void configure(TopicImage topic, MetadataImage image) {
    LogConfig config = configs.configOf(topic, image);
    for (int i = 0; i < topic.partitions().size(); i++) {
      HostedPartition partition = hosted.get(new TopicIdPartition(topic.id(), i));
      if (partition != null) {
        partition.log().updateConfig(config);
      }
    }
  }

  // ---- replicas that lost their log

  /** Begins an offline replica anew, empty and of a new incarnation; its old log, where it can be touched, is set aside (P45). */
  boolean rebuild(TopicIdPartition id, MetadataImage image) {
    retire(id);
    LogDir old = offline.dirOf(id);
    if (old != null && !touched(old, () -> old.store().setAside(id))) {
      LOG.info("event=old_log_left partition={} directory={}", id, old);
    }
    return replace(id, create(id, image.topic(id.topicId()).orElseThrow(), image));
  }

  /** Puts what is left of an offline replica's log into service; an empty one when nothing is left. */
  boolean serveTheRest(TopicIdPartition id, MetadataImage image) {
    retire(id);
    LogDir old = offline.dirOf(id);
    giveUp(id, old);
    TopicImage topic = image.topic(id.topicId()).orElseThrow();
    if (old != null && old.isOnline() && old.store().isDamaged(id)) {
      HostedPartition[] repaired = new HostedPartition[1];
      boolean done = touched(old, () -> repaired[0] = host(old, topic, image, old.store().repair(id)));
      return done && replace(id, repaired[0]);
    }
    return replace(id, create(id, topic, image));
  }

  /** The log is closed before anything is done about it; whoever noticed the failure may not have come to that yet. */
  private void giveUp(TopicIdPartition id, @Nullable LogDir dir) {
    if (dir != null && dir.isOnline()) {
      touched(dir, () -> dir.store().giveUp(id, "its replica is offline"));
    }
  }

  private void retire(TopicIdPartition id) {
    HostedPartition failed = hosted.remove(id);
    if (failed != null) {
      failed.close();
      failed.dir().lost();
    }
  }

  private boolean replace(TopicIdPartition id, @Nullable HostedPartition fresh) {
    if (fresh == null || !serve(fresh.dir(), List.of(fresh))) {
      return false;
    }
    LogDir old = offline.dirOf(id);
    offline.remove(id);
    if (old != null && old != fresh.dir() && old.isOnline()) {
      writeManifest(old, replicasIn(old));
    }
    return true;
  }

  /** Something done in a directory, if it can still be touched; whether it was done. */
  private boolean touched(LogDir dir, Runnable action) {
    if (!dir.isOnline()) {
      return false;
    }
    try {
      action.run();
      return true;
    } catch (LogFailedException e) {
      services.storage().directoryFailed(dir, e);
      return false;
    }
  }

  // ---- out of service

  /** Takes partitions out of service and removes their logs (M40). */
  void delete(Collection<TopicIdPartition> gone) {
    Map<LogDir, List<TopicIdPartition>> byDir = new HashMap<>();
    for (TopicIdPartition id : gone) {
      HostedPartition partition = hosted.get(id);
      LogDir dir = partition == null ? offline.dirOf(id) : partition.dir();
      retire(id);
      offline.remove(id);
      if (dir != null) {
        byDir.computeIfAbsent(dir, one -> new ArrayList<>()).add(id);
      }
    }
    byDir.forEach((dir, ids) -> {
      if (dir.isOnline()) {
        writeManifest(dir, replicasIn(dir));
      }
      for (TopicIdPartition id : ids) {
        LOG.info("event=log_deleted partition={} directory={} done={}", id, dir,
            touched(dir, () -> dir.store().delete(id)));
      }
    });
  }

  /** Renames logs that no replica of this broker claims, and keeps them (M39). Only once the own registration is applied (M38). */
  void setAsideStrays(LogDir dir, Collection<TopicIdPartition> found) {
    Set<TopicIdPartition> mine = replicasIn(dir);
    List<TopicIdPartition> strays = found.stream().filter(id -> !mine.contains(id)).toList();
    writeManifest(dir, mine);
    for (TopicIdPartition id : strays) {
      LOG.warn("event=stray_log_set_aside partition={} directory={} reason=\"no replica of this broker\"", id, dir);
      touched(dir, () -> dir.store().setAside(id));
    }
  }
}
