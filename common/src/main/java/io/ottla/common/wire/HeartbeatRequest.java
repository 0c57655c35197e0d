package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/**
 * {@code POST /cluster/v1/brokers/heartbeat} (M14).
 *
 * @param appliedMetadataIndex index of the last entry the broker has applied, not merely received
 * @param wantFence the broker asks to stay fenced (it is still starting)
 * @param wantShutdown the broker asks for a controlled shutdown (M19)
 * @param offlineDirectoryIds directories that failed (P44)
 * @param lostReplicas replicas whose log cannot be used any more (P45)
 * @param replicaDirectories replicas that are in another directory than the metadata says, or in one it does not know of
 */
public record HeartbeatRequest(String clusterId, int brokerId, long brokerEpoch, long appliedMetadataIndex,
    boolean wantFence, boolean wantShutdown, List<UUID> offlineDirectoryIds, List<LostReplica> lostReplicas,
    List<ReplicaDirectory> replicaDirectories) {}
