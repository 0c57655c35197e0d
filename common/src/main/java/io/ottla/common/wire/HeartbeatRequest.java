package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/**
 * {@code POST /cluster/v1/brokers/heartbeat} (M14).
 *
 * @param appliedMetadataIndex index of the last entry the broker has applied, not merely received
 * @param wantFence the broker asks to stay fenced (it is still starting)
 * @param wantShutdown the broker asks for a controlled shutdown (M19)
 * @param offlineDirectoryIds directories that failed
 * @param lostReplicas replicas whose log is gone (P45)
 */
public record HeartbeatRequest(String clusterId, int brokerId, long brokerEpoch, long appliedMetadataIndex,
    boolean wantFence, boolean wantShutdown, List<UUID> offlineDirectoryIds, List<PartitionRef> lostReplicas) {}
