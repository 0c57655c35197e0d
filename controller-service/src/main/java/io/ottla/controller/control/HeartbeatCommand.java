package io.ottla.controller.control;

import io.ottla.common.id.TopicIdPartition;
import java.util.List;
import java.util.UUID;

/**
 * A registered broker shows that it lives (M14).
 *
 * @param brokerId node id
 * @param brokerEpoch epoch of its registration
 * @param appliedMetadataIndex index of the last entry it has applied, not merely received
 * @param wantFence it asks to be or stay fenced
 * @param wantShutdown it asks for a controlled shutdown (M19)
 * @param offlineDirectoryIds directories that failed
 * @param lostReplicas replicas whose log is gone
 */
public record HeartbeatCommand(int brokerId, long brokerEpoch, long appliedMetadataIndex, boolean wantFence,
    boolean wantShutdown, List<UUID> offlineDirectoryIds, List<TopicIdPartition> lostReplicas) {
  /**
   * The reply.
   *
   * @param fenced whether the broker is fenced
   * @param shouldShutdown whether a controlled shutdown may now end the process
   * @param caughtUp whether the broker has applied its own registration (M17)
   */
  public record Beat(boolean fenced, boolean shouldShutdown, boolean caughtUp) {}
}
