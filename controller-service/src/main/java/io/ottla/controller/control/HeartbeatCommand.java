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
 * @param offlineDirectoryIds directories that failed (P44)
 * @param lostReplicas replicas whose log cannot be used any more (P45)
 * @param locations replicas that are in another directory than the metadata says
 */
public record HeartbeatCommand(int brokerId, long brokerEpoch, long appliedMetadataIndex, boolean wantFence,
    boolean wantShutdown, List<UUID> offlineDirectoryIds, List<Lost> lostReplicas, List<Location> locations) {
  /** Copies the lists. */
  public HeartbeatCommand {
    offlineDirectoryIds = List.copyOf(offlineDirectoryIds);
    lostReplicas = List.copyOf(lostReplicas);
    locations = List.copyOf(locations);
  }

  /** A heartbeat of a broker whose replicas are where they should be. */
  public HeartbeatCommand(int brokerId, long brokerEpoch, long appliedMetadataIndex, boolean wantFence,
      boolean wantShutdown, List<UUID> offlineDirectoryIds, List<Lost> lostReplicas) {
    this(brokerId, brokerEpoch, appliedMetadataIndex, wantFence, wantShutdown, offlineDirectoryIds, lostReplicas,
        List.of());
  }

  /**
   * A replica without a log.
   *
   * @param leaderEpoch newest leader epoch the broker knew of while the replica had no log; in a later one it may have one again
   */
  public record Lost(TopicIdPartition id, int leaderEpoch) {}

  /** A replica and the directory it is in. */
  public record Location(TopicIdPartition id, UUID directoryId) {}

  /**
   * The reply.
   *
   * @param fenced whether the broker is fenced
   * @param shouldShutdown whether a controlled shutdown may now end the process
   * @param caughtUp whether the broker has applied its own registration (M17)
   */
  public record Beat(boolean fenced, boolean shouldShutdown, boolean caughtUp) {}
}
