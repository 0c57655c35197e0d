package io.ottla.controller.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.LoopBeat;
import io.ottla.controller.runtime.NodeState;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;

/** Readiness is about this controller's place in the quorum, liveness about its threads. */
final class HealthTest {
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(1, 1));
  private static final NodeState RUNNING = new NodeState(NodeState.Stage.RUNNING, "");

  private static ControllerStatus status(Role role, boolean active, long sinceContactMs, long commitIndex) {
    VoterSet voters = new VoterSet(List.of(new Voter(SELF, "h", 1)));
    return new ControllerStatus(new QuorumReport(SELF, role, 3, SELF, null, active, active, 1, commitIndex, 1, 9, 3, 9,
        0, sinceContactMs, voters, 0, null, false, List.of(), List.of()), MetadataImage.EMPTY, active);
  }

  private static Health quorum(NodeState state, @Nullable ControllerStatus status) {
    return new QuorumHealthIndicator(() -> state, () -> status, false).health();
  }

  @Test
  void controllerIsReadyWhenAttachedToTheQuorum() {
    assertThat(quorum(RUNNING, status(Role.LEADER, true, -1, 0)).getStatus()).isEqualTo(Status.UP);
    assertThat(quorum(RUNNING, status(Role.FOLLOWER, false, 4_999, 1_000)).getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void controllerIsNotReadyBeforeItsFirstEntryIsAppliedOrWithoutALeaderOrFarBehind() {
    for (ControllerStatus detached : List.of(status(Role.LEADER, false, -1, 0), status(Role.FOLLOWER, false, -1, 0),
        status(Role.FOLLOWER, false, 5_000, 0), status(Role.FOLLOWER, false, 10, 1_001),
        status(Role.PRE_CANDIDATE, false, 10, 0), status(Role.CANDIDATE, false, -1, 0))) {
      assertThat(quorum(RUNNING, detached).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    }
    assertThat(quorum(RUNNING, null).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
  }

  @Test
  void whatItWaitsForIsShown() {
    Health waiting = quorum(new NodeState(NodeState.Stage.FORMING, "waiting for controller 3"), null);
    assertThat(waiting.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(waiting.getDetails()).containsEntry("state", "FORMING")
        .containsEntry("detail", "waiting for controller 3");
    assertThat(quorum(new NodeState(NodeState.Stage.LEFT_OUT, "why"), null).getStatus()).isEqualTo(Status.DOWN);
    assertThat(quorum(new NodeState(NodeState.Stage.FAILED, "why"), null).getStatus()).isEqualTo(Status.DOWN);
  }

  @Test
  void controllerIsAliveWhileItsThreadsGoRound() {
    assertThat(new LoopsHealthIndicator(List::of).health().getStatus()).isEqualTo(Status.UP);
    assertThat(new LoopsHealthIndicator(() -> List.of(new LoopBeat("raft", 60_000), new LoopBeat("disk", 5))).health()
        .getStatus()).isEqualTo(Status.UP);
    assertThat(new LoopsHealthIndicator(() -> List.of(new LoopBeat("raft", 60_001), new LoopBeat("disk", 5))).health()
        .getStatus()).isEqualTo(Status.DOWN);
  }

  @Test
  void readinessSaysWhenTestsMayMakeTheControllerDoWrong() {
    assertThat(quorum(RUNNING, null).getDetails()).doesNotContainKey("faults");
    assertThat(new QuorumHealthIndicator(() -> RUNNING, () -> null, true).health().getDetails())
        .containsEntry("faults", "ENABLED");
  }
}
