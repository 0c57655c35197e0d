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
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.NodeState;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** {@code GET /raft/v1/status}. */
final class StatusEndpoint {
  private final ControllerHost host;
  private final AtomicReference<Digest> digest = new AtomicReference<>(new Digest(MetadataImage.EMPTY, ""));

  private record Digest(MetadataImage image, String value) {}

  StatusEndpoint(ControllerHost host) {
    this.host = host;
  }

  void addTo(InternalServer server) {
    server.route("GET", RaftPaths.STATUS, (_, out) -> InternalExchange.reply(out, status()));
  }

  QuorumStatusResponse status() {
    PeerIdentity identity = host.formation().identity();
    NodeState state = host.state();
    Controller controller = host.controller();
    ControllerStatus status = controller == null ? null : controller.status();
    if (status == null) {
      return new QuorumStatusResponse(identity.nodeId(), identity.directoryId(), identity.clusterId(),
          state.stage().name(), state.detail(), null, false, 0, -1, null, 0, 0, 0, 0, null, -1, List.of(), List.of());
    }
    QuorumReport quorum = status.quorum();
    ReplicaKey leader = quorum.leader();
    LeaderHint hint = status.leaderHint().orElse(null);
    return new QuorumStatusResponse(identity.nodeId(), identity.directoryId(), identity.clusterId(),
        state.stage().name(), state.detail(), quorum.role().name(), status.active(), quorum.term(),
        leader == null ? -1 : leader.nodeId(), hint, quorum.commitIndex(), status.appliedIndex(), quorum.lastIndex(),
        quorum.durableIndex(), digestOf(status.image()), quorum.sinceLeaderContactMs(), voters(quorum),
        followers(quorum));
  }

  /** Hashing a large image takes a while; an unchanged one is hashed once. */
  private String digestOf(MetadataImage image) {
    Digest last = digest.get();
    if (last.image() == image && !last.value().isEmpty()) {
      return last.value();
    }
    Digest made = new Digest(image, image.digest());
    digest.set(made);
    return made.value();
  }

  private static List<VoterWire> voters(QuorumReport quorum) {
    return quorum.voters().voters().stream().map(
        voter -> new VoterWire(voter.key().nodeId(), voter.key().directoryId(), voter.host(), voter.port())).toList();
  }

  private static List<Follower> followers(QuorumReport quorum) {
    return quorum.peers().stream().map(peer -> new Follower(peer.key().nodeId(), peer.matchIndex(),
        Math.max(0, quorum.lastIndex() - peer.matchIndex()), peer.sinceContactMs())).toList();
  }
}
