package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.LeaderHint;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import java.util.Optional;

/**
 * A controller at one moment, at most a tick old. Immutable.
 *
 * @param quorum the core's view
 * @param image committed metadata, applied up to {@link MetadataImage#index}
 * @param active whether this controller decides
 */
public record ControllerStatus(QuorumReport quorum, MetadataImage image, boolean active) {
  /** Where the leader of the term answers, when it is known. */
  public Optional<LeaderHint> leaderHint() {
    ReplicaKey leader = quorum.leader();
    return leader == null
        ? Optional.empty()
        : quorum.voters().find(leader)
            .map(voter -> new LeaderHint(leader.nodeId(), quorum.term(), voter.host(), voter.port()));
  }

  /** Index of the last entry applied. */
  public long appliedIndex() {
    return image.index();
  }
}
