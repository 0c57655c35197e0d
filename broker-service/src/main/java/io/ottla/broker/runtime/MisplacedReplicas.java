package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.ReplicaDirectory;

/**
 * Replicas that are in another directory than the metadata says: with several directories the broker chooses, and tells the controllers, so that
 * they know what is lost with a directory. Safe for concurrent use.
 */
final class MisplacedReplicas {
  private static final int MAX_REPORTED = 1_000;

  private final int brokerId;
  private final Map<TopicIdPartition, UUID> replicas = new TreeMap<>();

  MisplacedReplicas(int brokerId) {
    this.brokerId = brokerId;
  }

  /** A replica is in a directory, and the metadata says what it says. */
  synchronized void note(TopicIdPartition id, UUID directory, PartitionState state) {
    int replica = state.replicas().indexOf(brokerId);
    if (replica < 0 || state.directories().get(replica).equals(directory)) {
      replicas.remove(id);
    } else {
      replicas.put(id, directory);
    }
  }

  /** The replica is no more. */
  synchronized void forget(TopicIdPartition id) {
    replicas.remove(id);
  }

  /** What the next heartbeat reports. */
  synchronized List<ReplicaDirectory> toReport() {
    List<ReplicaDirectory> report = new ArrayList<>();
    replicas.forEach((id, directory) -> {
      if (report.size() < MAX_REPORTED) {
        report.add(new ReplicaDirectory(id.topicId(), id.partition(), directory));
      }
    });
    return report;
  }
}
