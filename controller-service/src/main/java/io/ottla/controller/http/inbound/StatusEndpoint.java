package io.ottla.controller.http.inbound;

import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.QuorumStatusResponse;
import io.ottla.common.wire.QuorumStatusResponse.Follower;
import io.ottla.common.wire.QuorumStatusResponse.VoterWire;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.FormationRunner;
import io.ottla.controller.runtime.NodeState;
import java.util.List;
import java.util.Optional;

/** {@code GET /raft/v1/status}, with {@code ?digest=true} or {@code ?digestIndex=N} for the digest of the metadata (I13). */
final class StatusEndpoint {
  private final ControllerHost host;
  private Digest digest = new Digest(MetadataImage.EMPTY, "");

  private record Digest(MetadataImage image, String value) {}

  StatusEndpoint(ControllerHost host) {
    this.host = host;
  }

  void addTo(InternalServer server) {
    server.route("GET", RaftPaths.STATUS, (in, out) -> InternalExchange.reply(out,
        status(InternalExchange.longParameter(in, "digestIndex", -1), "true".equals(in.getParameter("digest")))));
  }

  private QuorumStatusResponse status(long digestIndex, boolean digestNow) {
    FormationRunner formation = host.formation();
    PeerIdentity identity = formation == null ? null : formation.identity();
    NodeState state = host.state();
    Controller controller = host.controller();
    ControllerStatus status = controller == null ? null : controller.status();
    if (identity == null || controller == null || status == null) {
      return new QuorumStatusResponse(host.nodeId(), identity == null ? null : identity.directoryId(),
          identity == null ? null : identity.clusterId(), state.stage().name(), state.detail(), null, false, 0, -1,
          null, 0, 0, 0, 0, 0, 0, 0, -1, null, -1, List.of(), 0,
          List.of(), List.of());
    }
    Optional<MetadataImage> asked = digestIndex >= 0
        ? controller.recentImages().at(digestIndex)
        : digestNow ? Optional.of(status.image()) : Optional.empty();
    Snapshot snapshot = status.quorum().snapshot();
    QuorumReport quorum = status.quorum();
    ReplicaKey leader = quorum.leader();
    LeaderHint hint = status.leaderHint().orElse(null);
    return new QuorumStatusResponse(identity.nodeId(), identity.directoryId(), identity.clusterId(),
        state.stage().name(), state.detail(), quorum.role().name(), status.active(), quorum.term(),
        leader == null ? -1 : leader.nodeId(), hint, quorum.commitIndex(), status.appliedIndex(), quorum.lastIndex(),
        quorum.durableIndex(), quorum.firstIndex(), snapshot == null ? 0 : snapshot.id().lastIndex(),
        snapshot == null ? 0 : snapshot.sizeInBytes(), asked.map(MetadataImage::index).orElse(-1L),
        asked.map(this::digestOf).orElse(null), quorum.sinceLeaderContactMs(), voters(quorum.voters().voters()),
        quorum.votersIndex(), voters(quorum.observers()), followers(quorum));
  }

  /** Hashing a large image takes a while; an unchanged one is hashed once. */
  private synchronized String digestOf(MetadataImage image) {
    if (digest.image() != image || digest.value().isEmpty()) {
      digest = new Digest(image, image.digest());
    }
    return digest.value();
  }

  static List<VoterWire> voters(List<Voter> voters) {
    return voters.stream().map(
        voter -> new VoterWire(voter.key().nodeId(), voter.key().directoryId(), voter.host(), voter.port())).toList();
  }

  private static List<Follower> followers(QuorumReport quorum) {
    return quorum.peers().stream().map(peer -> new Follower(peer.key().nodeId(), peer.key().directoryId(), peer.voter(),
        peer.matchIndex(), Math.max(0, quorum.lastIndex() - peer.matchIndex()), peer.sinceContactMs(),
        peer.snapshotPercent())).toList();
  }
}
