package io.ottla.broker.lifecycle;

import java.util.List;
import java.util.UUID;

import io.ottla.common.wire.LostReplica;
import io.ottla.common.wire.ReplicaDirectory;

/**
 * What a heartbeat tells about this broker's logs (M14).
 *
 * @param offlineDirectoryIds log directories that failed since the start (P44)
 * @param lostReplicas replicas whose log cannot be used, until the metadata shows that the controllers know (P45)
 * @param replicaDirectories replicas that are in another directory than the metadata says
 */
public record StorageReport(List<UUID> offlineDirectoryIds, List<LostReplica> lostReplicas,
    List<ReplicaDirectory> replicaDirectories) {
  /** Nothing to tell. */
  public static final StorageReport NONE = new StorageReport(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public StorageReport {
    offlineDirectoryIds = List.copyOf(offlineDirectoryIds);
    lostReplicas = List.copyOf(lostReplicas);
    replicaDirectories = List.copyOf(replicaDirectories);
  }
}
