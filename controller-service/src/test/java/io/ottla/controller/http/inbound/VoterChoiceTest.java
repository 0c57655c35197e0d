package io.ottla.controller.http.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.wire.VoterChangeRequest;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which disk is meant, and when that can be said; what an answer over HTTP makes of it is in {@code QuorumRequestsTest}. */
final class VoterChoiceTest {
  private static final Voter SELF = voter(1, 1);
  private static final Voter OLD = voter(3, 1);
  private static final Voter NEW = voter(3, 2);

  private static Voter voter(int nodeId, int disk) {
    return new Voter(new ReplicaKey(nodeId, new UUID(nodeId, disk)), "host", 9000 + nodeId);
  }

  private static QuorumReport report(List<Voter> voters, List<Voter> observers, QuorumReport.Peer... peers) {
    return new QuorumReport(SELF.key(), Role.LEADER, 2, SELF.key(), null, true, true, 1, 9, 1, 9, 2, 9, 0, -1,
        new VoterSet(voters), 5, null, false, observers, List.of(peers));
  }

  private static QuorumReport.Peer peer(Voter voter, long matchIndex, long sinceContactMs) {
    return new QuorumReport.Peer(voter.key(), true, matchIndex, matchIndex + 1, true, 0, sinceContactMs, -1);
  }

  @Test
  void directoryThatHasNotShownItselfIsWaitedForBesideOneThatVotes() {
    VoterChangeRequest any = new VoterChangeRequest(3, null);
    assertThat(VoterChoice.toAdd(report(List.of(SELF, OLD), List.of()), any, false)).isEmpty();
    assertThat(VoterChoice.toAdd(report(List.of(SELF, OLD), List.of(NEW)), any, false)).contains(NEW);
    assertThatThrownBy(() -> VoterChoice.toAdd(report(List.of(SELF, OLD), List.of()), any, true))
        .hasMessageContaining("is a voter already").hasMessageContaining("no other directory");
  }

  @Test
  void nothingIsWaitedForBesideTwoDirectoriesThatVote() {
    QuorumReport both = report(List.of(SELF, OLD, NEW), List.of());
    assertThatThrownBy(() -> VoterChoice.toAdd(both, new VoterChangeRequest(3, null), false))
        .hasMessageContaining("is a voter already").hasMessageContaining(OLD.key().directoryId().toString())
        .hasMessageContaining(NEW.key().directoryId().toString());
    assertThat(VoterChoice.toAdd(both, new VoterChangeRequest(3, new UUID(3, 3)), false)).as("a third, by its name")
        .isEmpty();
  }

  /** Whether another directory is there was not looked into. */
  @Test
  void directoryThatWasNamedAndVotesIsSaidToVoteAndNoMore() {
    assertThatThrownBy(() -> VoterChoice.toAdd(report(List.of(SELF, OLD), List.of(NEW)),
        new VoterChangeRequest(3, OLD.key().directoryId()), false))
        .hasMessage("controller 3 is a voter already, with directory " + OLD.key().directoryId());
  }

  @Test
  void observersHaveTheTimeToShowThemselvesHoweverSlowTheClusterIs() {
    assertThat(VoterChoice.patienceMs(RaftConfig.DEFAULT)).isEqualTo(2_000);
    RaftConfig slow = RaftConfig.DEFAULT.scaledBy(10);
    assertThat(VoterChoice.patienceMs(slow)).isGreaterThan(2L * slow.observeIntervalMs());
  }

  @Test
  void voterThatAnsweredLastIsToLeadOfSeveralOfOneController() {
    List<Voter> voters = List.of(SELF, OLD, NEW);
    assertThat(VoterChoice.toLead(report(voters, List.of(), peer(OLD, 9, 70_000), peer(NEW, 8, 40)), 3))
        .isEqualTo(NEW.key());
    assertThat(VoterChoice.toLead(report(voters, List.of(), peer(OLD, 9, 40), peer(NEW, 8, 70_000)), 3))
        .isEqualTo(OLD.key());
    assertThat(VoterChoice.toLead(report(voters, List.of(), peer(OLD, 0, 40), peer(NEW, 8, 40)), 3))
        .as("a term begins with the same age for all").isEqualTo(NEW.key());
  }
}
