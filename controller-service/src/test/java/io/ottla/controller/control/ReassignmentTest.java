package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.ReassignPartitionsCommand.Answer;
import io.ottla.controller.control.ReassignPartitionsCommand.Reassigned;
import io.ottla.controller.control.ReassignPartitionsCommand.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Changing the replicas of partitions, M32 and M33. */
class ReassignmentTest {
  private final TestCluster cluster = TestCluster.withBrokers(5);
  private final UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));

  private Answer reassign(Integer @Nullable... replicas) {
    List<Integer> target = replicas == null ? null : List.of(replicas);
    return run(List.of(new Target("t", 0, target))).getFirst();
  }

  private Answer cancel() {
    return run(List.of(new Target("t", 0, null))).getFirst();
  }

  private List<Answer> run(List<Target> targets) {
    List<Answer> answers = cluster.run(cluster.control.administer(new ReassignPartitionsCommand(targets))).value()
        .orElseThrow().answers();
    cluster.duties();
    return answers;
  }

  private void accepted(Answer answer) {
    assertThat(answer.error()).as(answer.message()).isNull();
  }

  private PartitionState state() {
    return cluster.partition(topic, 0);
  }

  /** The leader's proposal, and what the controller then has to do. */
  private void inSync(Integer... isr) {
    assertThat(cluster.alter(topic, 0, isr).error()).isNull();
    cluster.duties();
  }

  @Test
  void itBeginsWithTheNewReplicasBesideTheOldOnes() {
    PartitionState before = state();
    accepted(reassign(4, 2, 5));
    assertThat(state().replicas()).containsExactly(4, 2, 5, 1, 3);
    assertThat(state().adding()).containsExactly(4, 5);
    assertThat(state().removing()).containsExactly(1, 3);
    assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(state().leader()).isEqualTo(1);
    assertThat(state().leaderEpoch()).isEqualTo(before.leaderEpoch());
    assertThat(state().directories().get(0)).isEqualTo(TestCluster.directory(4));
  }

  @Test
  void itIsCompleteWhenAllThatIsAddedIsInSync() {
    accepted(reassign(4, 2, 5));
    int leaderEpoch = state().leaderEpoch();
    inSync(1, 2, 3, 4);
    assertThat(state().reassigning()).isTrue();
    inSync(1, 2, 3, 4, 5);
    assertThat(state().replicas()).containsExactly(4, 2, 5);
    assertThat(state().reassigning()).isFalse();
    assertThat(state().isr()).containsExactlyInAnyOrder(4, 2, 5);
    assertThat(state().elr()).isEmpty();
    assertThat(state().leader()).as("the old leader is gone").isEqualTo(4);
    assertThat(state().leaderEpoch()).isEqualTo(leaderEpoch + 1);
    assertThat(state().directories()).containsExactly(TestCluster.directory(4), TestCluster.directory(2),
        TestCluster.directory(5));
  }

  /** M1: a replica that is removed must not be believed in the old epoch, even when the leader stays. */
  @Test
  void aLeaderThatStaysBeginsANewEpochWhenAReplicaIsRemoved() {
    accepted(reassign(1, 2, 4));
    int leaderEpoch = state().leaderEpoch();
    inSync(1, 2, 3, 4);
    assertThat(state().leader()).isEqualTo(1);
    assertThat(state().leaderEpoch()).isEqualTo(leaderEpoch + 1);
  }

  @Test
  void enoughReplicasThatStayMustBeInSync() {
    accepted(reassign(1, 2, 4));
    cluster.alter(topic, 0, 1, 3, 4);
    cluster.duties();
    assertThat(state().reassigning()).as("1 and 4 are two").isFalse();
  }

  @Test
  void pureRemovalCompletesAtOnceInOneEntry() {
    int size = cluster.log.size();
    accepted(reassign(2, 3));
    assertThat(cluster.log).hasSize(size + 1);
    assertThat(state().replicas()).containsExactly(2, 3);
    assertThat(state().reassigning()).isFalse();
    assertThat(state().leader()).isEqualTo(2);
  }

  @Test
  void pureRemovalWaitsForMinIsr() {
    inSync(1, 3);
    accepted(reassign(1, 2));
    assertThat(state().removing()).containsExactly(3);
    inSync(1, 2, 3);
    assertThat(state().replicas()).containsExactly(1, 2);
    assertThat(state().reassigning()).isFalse();
  }

  @Test
  void anotherOrderOnlyChangesThePreferredLeader() {
    int leaderEpoch = state().leaderEpoch();
    accepted(reassign(3, 1, 2));
    assertThat(state().replicas()).containsExactly(3, 1, 2);
    assertThat(state().preferredLeader()).isEqualTo(3);
    assertThat(state().leader()).isEqualTo(1);
    assertThat(state().leaderEpoch()).isEqualTo(leaderEpoch);
  }

  @Test
  void theReplicasItHasChangeNothing() {
    Decision<Reassigned> decision = cluster.control
        .administer(new ReassignPartitionsCommand(List.of(new Target("t", 0, List.of(1, 2, 3)))));
    assertThat(decision.records()).isEmpty();
    assertThat(decision.value().orElseThrow().answers()).singleElement().extracting(Answer::error).isNull();
  }

  /** M7 during a move: a second replica on its way must not stop a partition that had one. */
  @Test
  void replicasBeingAddedDoNotRaiseTheMinIsrBeforeTheyAreInSync() {
    UUID single = cluster.topic("single", List.of(List.of(1)));
    run(List.of(new Target("single", 0, List.of(1, 2, 3))));
    var image = cluster.image();
    assertThat(image.effectiveMinIsr(image.topic(single).orElseThrow(), cluster.partition(single, 0))).isEqualTo(1);
    cluster.alter(single, 0, 1, 2, 3);
    cluster.duties();
    var after = cluster.image();
    assertThat(after.effectiveMinIsr(after.topic(single).orElseThrow(), cluster.partition(single, 0))).isEqualTo(2);
  }

  @Test
  void cancellingGoesBackToTheOriginalReplicas() {
    accepted(reassign(4, 5, 2));
    cluster.alter(topic, 0, 1, 2, 3, 4);
    accepted(cancel());
    assertThat(state().replicas()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(state().reassigning()).isFalse();
    assertThat(state().leader()).isEqualTo(1);
    assertThat(state().leaderEpoch()).isEqualTo(1);
  }

  @Test
  void nothingIsCancelledWhereNothingMoves() {
    assertThat(cancel().error()).isEqualTo(ErrorCode.NO_REASSIGNMENT);
  }

  @Test
  void aNewTargetReplacesTheOneUnderWayFromTheOriginalReplicas() {
    accepted(reassign(4, 2, 3));
    cluster.alter(topic, 0, 1, 2, 3, 4);
    // with 4 in sync this is complete; begin again with one that is not
    cluster.duties();
    assertThat(state().replicas()).containsExactly(4, 2, 3);
    accepted(reassign(1, 2, 3));
    accepted(reassign(5, 2, 3));
    assertThat(state().replicas()).containsExactly(5, 2, 3, 4);
    assertThat(state().adding()).containsExactly(5);
    assertThat(state().removing()).containsExactly(4);
    assertThat(state().original()).containsExactlyInAnyOrder(4, 2, 3);
    assertThat(state().target()).containsExactly(5, 2, 3);
  }

  /** The replica added became the only one in sync: giving it up would lose what was committed since. */
  @Test
  void whatWouldDropTheOnlyCompleteReplicaIsRefused() {
    UUID pair = cluster.topic("pair", List.of(List.of(1, 2)));
    cluster.run(cluster.control.administer(AlterTopicConfigsCommand.of("pair",
        Map.of("min.insync.replicas", java.util.Optional.of("1")), false)));
    run(List.of(new Target("pair", 0, List.of(1, 2, 3, 4))));
    cluster.alter(pair, 0, 1, 2, 3);
    cluster.alter(pair, 0, 1, 3);
    cluster.kill(1);
    assertThat(cluster.partition(pair, 0).isr()).containsExactly(3);
    PartitionState before = cluster.partition(pair, 0);
    assertThat(run(List.of(new Target("pair", 0, null))).getFirst().error()).isEqualTo(ErrorCode.WOULD_LOSE_DATA);
    assertThat(run(List.of(new Target("pair", 0, List.of(1, 2, 5)))).getFirst().error())
        .isEqualTo(ErrorCode.WOULD_LOSE_DATA);
    assertThat(cluster.partition(pair, 0)).isEqualTo(before);
  }

  @Test
  void badTargetsAreRefusedOneByOne() {
    List<Answer> answers = run(List.of(new Target("t", 0, List.of()), new Target("u", 0, List.of(1)),
        new Target("t", 7, List.of(1))));
    assertThat(answers).extracting(Answer::error).containsExactly(ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        ErrorCode.UNKNOWN_TOPIC, ErrorCode.UNKNOWN_PARTITION);
    assertThat(reassign(1, 1).error()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(reassign(1, 9).error()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(run(List.of(new Target("t", 0, List.of(1)), new Target("t", 0, List.of(2)))))
        .extracting(Answer::error).containsExactly(null, ErrorCode.INVALID_REQUEST);
  }

  /** I23: nothing about a move lives in one controller's memory. */
  @Test
  void aSuccessorCompletesWhatItsPredecessorBegan() {
    accepted(reassign(4, 2, 5));
    cluster.alter(topic, 0, 1, 2, 3, 4, 5);
    assertThat(state().reassigning()).isTrue();
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    cluster.duties();
    assertThat(state().replicas()).containsExactly(4, 2, 5);
  }

  @Test
  void manyPartitionsCompleteInPieces() {
    TestCluster small = new TestCluster(Map.of("min.insync.replicas", "1"), 2);
    for (int id = 1; id <= 3; id++) {
      small.join(id);
    }
    List<List<Integer>> assignments = new ArrayList<>();
    List<Target> targets = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      assignments.add(List.of(1, 2));
      targets.add(new Target("many", number, List.of(2)));
    }
    UUID many = small.topic("many", assignments);
    List<Answer> answers = small.run(small.control.administer(new ReassignPartitionsCommand(targets))).value()
        .orElseThrow().answers();
    assertThat(answers).extracting(Answer::error).containsExactly(null, null, ErrorCode.BUSY, ErrorCode.BUSY,
        ErrorCode.BUSY);
    assertThat(small.partition(many, 1).replicas()).containsExactly(2);
    assertThat(small.partition(many, 2).replicas()).containsExactly(1, 2);
  }

  @Test
  void aLeaderThatRecoversComesFirst() {
    UUID pair = cluster.topic("pair", List.of(List.of(1, 2)));
    cluster.run(cluster.control.administer(AlterTopicConfigsCommand.of("pair",
        Map.of("min.insync.replicas", java.util.Optional.of("1")), false)));
    cluster.alter(pair, 0, 1);
    cluster.kill(1);
    cluster.run(cluster.control
        .administer(new ElectLeadersCommand(ElectLeadersCommand.Type.UNCLEAN, "pair", 0)));
    run(List.of(new Target("pair", 0, List.of(2))));
    assertThat(cluster.partition(pair, 0).removing()).containsExactly(1);
    cluster.alter(pair, 0, 2);
    cluster.duties();
    assertThat(cluster.partition(pair, 0).replicas()).containsExactly(2);
  }
}
