package io.ottla.controller.formation;

import io.ottla.common.config.QuorumMember;
import io.ottla.controller.raft.VoterSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a controller says about itself while a quorum forms.
 *
 * @param directoryId id of its directory; on an unformatted one a tentative id
 * @param ballot ballot it has agreed to, 0 for none
 * @param configuredClusterId its setting {@code cluster.id}, or null
 * @param initialVoters its setting {@code controller.quorum.initial.voters}
 * @param clusterId id of the cluster it belongs to; null unless formed
 * @param voters the voters of that cluster; null unless formed
 */
public record PeerIdentity(int nodeId, UUID directoryId, FormationStage stage, long ballot,
    @Nullable String configuredClusterId, List<QuorumMember> initialVoters, @Nullable String clusterId,
    @Nullable VoterSet voters) {
  /** Copies the list. */
  public PeerIdentity {
    initialVoters = List.copyOf(initialVoters);
  }

  /** The same with the voters of now. */
  public PeerIdentity withVoters(VoterSet now) {
    return new PeerIdentity(nodeId, directoryId, stage, ballot, configuredClusterId, initialVoters, clusterId, now);
  }
}
