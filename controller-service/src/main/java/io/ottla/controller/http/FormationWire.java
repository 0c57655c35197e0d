package io.ottla.controller.http;

import io.ottla.common.config.QuorumMember;
import io.ottla.controller.formation.FormationStage;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON shapes of the calls by which a quorum forms. */
public final class FormationWire {
  private FormationWire() {
  }

  /**
   * {@code GET /raft/v1/identity}.
   *
   * @param formatted whether the controller belongs to a cluster already
   */
  public record Identity(int nodeId, UUID directoryId, boolean formatted, String stage, long ballot,
      @Nullable String configuredClusterId, List<QuorumMember> initialVoters, @Nullable String clusterId,
      @Nullable List<Member> voters) {
    /** What a controller says about itself. */
    public static Identity of(PeerIdentity identity) {
      VoterSet voters = identity.voters();
      return new Identity(identity.nodeId(), identity.directoryId(), identity.stage() == FormationStage.FORMED,
          identity.stage().name(), identity.ballot(), identity.configuredClusterId(), identity.initialVoters(),
          identity.clusterId(), voters == null ? null : members(voters));
    }

    /** As the core's value; throws when something is missing or wrong. */
    public PeerIdentity toPeerIdentity() throws IOException {
      try {
        return new PeerIdentity(nodeId, directoryId, FormationStage.valueOf(stage), ballot, configuredClusterId,
            initialVoters, clusterId, voters == null ? null : voterSet(voters));
      } catch (IllegalArgumentException | NullPointerException e) {
        throw new IOException("not a controller's identity: " + e.getMessage(), e);
      }
    }
  }

  /** {@code POST /raft/v1/formation/prepare} and {@code /commit}. */
  public record Quorum(long ballot, String clusterId, List<Member> voters) {
    /** The proposal as JSON. */
    public static Quorum of(Proposal proposal) {
      return new Quorum(proposal.ballot(), proposal.clusterId(), members(proposal.voters()));
    }

    /** As the core's value; throws when something is missing or wrong. */
    public Proposal toProposal() throws IOException {
      if (clusterId == null || clusterId.isEmpty() || voters == null || ballot < 1) {
        throw new IOException("not a proposed quorum: a field is missing");
      }
      try {
        return new Proposal(ballot, clusterId, voterSet(voters));
      } catch (IllegalArgumentException | NullPointerException e) {
        throw new IOException("not a proposed quorum: " + e.getMessage(), e);
      }
    }
  }

  /** A voter. */
  public record Member(int nodeId, UUID directoryId, String host, int port) {}

  /** Answer to a commit. */
  public record Committed(boolean formed) {}

  static List<Member> members(VoterSet voters) {
    return voters.voters().stream().map(
        voter -> new Member(voter.key().nodeId(), voter.key().directoryId(), voter.host(), voter.port())).toList();
  }

  private static VoterSet voterSet(List<Member> members) {
    return new VoterSet(members.stream().map(member -> {
      if (member.directoryId() == null || member.host() == null) {
        throw new IllegalArgumentException("a voter without directory or host");
      }
      return new Voter(new ReplicaKey(member.nodeId(), member.directoryId()), member.host(), member.port());
    }).toList());
  }
}
