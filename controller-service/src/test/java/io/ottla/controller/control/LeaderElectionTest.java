package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** M21 and M22, rule by rule. */
class LeaderElectionTest {
  private static final List<UUID> DIRECTORIES = List.of(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3));

  @Test
  void aValidLeaderStaysThoughAnotherIsPreferred() {
    Settled settled = LeaderElection.settle(led(2, List.of(1, 2, 3)), rules(2, 1, 2, 3));
    assertThat(settled.state().leader()).isEqualTo(2);
    assertThat(settled.newLeadership()).isFalse();
  }

  @Test
  void theFirstActiveIsrMemberInAssignmentOrderIsElected() {
    Settled settled = LeaderElection.settle(led(1, List.of(1, 2, 3)), List.of(3, 2), Set.of(), rules(2, 2, 3));
    assertThat(settled.state().leader()).isEqualTo(2);
    assertThat(settled.state().isr()).as("in assignment order").containsExactly(2, 3);
    assertThat(settled.newLeadership()).isTrue();
    assertThat(settled.unclean()).isFalse();
  }

  @Test
  void anEmptyIsrElectsFromTheElrAndTheElectedBecomesTheSoleMember() {
    PartitionState offline = state(List.of(), List.of(1, 2), 1, PartitionState.NO_LEADER);
    Settled settled = LeaderElection.settle(offline, rules(2, 2, 3));

    assertThat(settled.state()).isEqualTo(state(List.of(2), List.of(1), 1, 2));
    assertThat(settled.unclean()).isFalse();
  }

  @Test
  void withMinIsrOneTheElectedAloneIsEnoughAndTheElrGoes() {
    PartitionState offline = state(List.of(), List.of(1, 2), 1, PartitionState.NO_LEADER);
    assertThat(LeaderElection.settle(offline, rules(1, 2)).state())
        .isEqualTo(state(List.of(2), List.of(), PartitionState.NO_LEADER, 2));
  }

  @Test
  void nobodyOutsideIsrAndElrIsElectedUnlessAllowed() {
    PartitionState offline = state(List.of(), List.of(1), 1, PartitionState.NO_LEADER);
    Settled settled = LeaderElection.settle(offline, rules(2, 2, 3));
    assertThat(settled.state()).isEqualTo(offline);
    assertThat(settled.newLeadership()).isFalse();
  }

  @Test
  void theLastKnownLeaderComesBackUncleanlyWhereAllowed() {
    PartitionState offline = state(List.of(), List.of(), 2, PartitionState.NO_LEADER);
    Settled settled = LeaderElection.settle(offline, unclean(true, false, 1, 2, 3));

    assertThat(settled.unclean()).isTrue();
    assertThat(settled.newLeadership()).isTrue();
    assertThat(settled.state().leader()).isEqualTo(2);
    assertThat(settled.state().leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERING);
    assertThat(LeaderElection.settle(offline, unclean(true, false, 1, 3)).state()).isEqualTo(offline);
    assertThat(LeaderElection.settle(offline, rules(2, 1, 2, 3)).state()).isEqualTo(offline);
  }

  @Test
  void theLastKnownLeaderWaitsAsLongAsAnEligibleReplicaMayReturn() {
    PartitionState offline = state(List.of(), List.of(3), 2, PartitionState.NO_LEADER);
    assertThat(LeaderElection.settle(offline, unclean(true, false, 1, 2)).state()).isEqualTo(offline);
  }

  @Test
  void anyActiveReplicaLeadsWhereUncleanElectionIsEnabled() {
    PartitionState offline = state(List.of(), List.of(1), 1, PartitionState.NO_LEADER);
    Settled settled = LeaderElection.settle(offline, unclean(false, true, 3));

    assertThat(settled.unclean()).isTrue();
    assertThat(settled.state().isr()).containsExactly(3);
    assertThat(settled.state().elr()).isEmpty();
    assertThat(settled.state().leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERING);
  }

  @Test
  void aSafeCandidateIsAlwaysPreferredToAnUncleanElection() {
    PartitionState offline = state(List.of(), List.of(3), 1, PartitionState.NO_LEADER);
    Settled settled = LeaderElection.settle(offline, unclean(true, true, 1, 2, 3));
    assertThat(settled.state().leader()).isEqualTo(3);
    assertThat(settled.unclean()).isFalse();
  }

  @Test
  void whoLeavesAnIsrBelowMinIsrJoinsTheElr() {
    Settled settled = LeaderElection.settle(led(1, List.of(1, 2, 3)), List.of(1), Set.of(), rules(2, 1, 2, 3));
    assertThat(settled.state().elr()).containsExactly(2, 3);
    assertThat(settled.newLeadership()).isFalse();
  }

  @Test
  void whoLeavesASufficientIsrDoesNot() {
    Settled settled = LeaderElection.settle(led(1, List.of(1, 2, 3)), List.of(1, 2), Set.of(), rules(2, 1, 2, 3));
    assertThat(settled.state().elr()).isEmpty();
  }

  @Test
  void anIsrThatIsSufficientAgainEndsTheElrAndTheMemoryOfTheLastLeader() {
    PartitionState alone = state(List.of(2), List.of(1), 1, 2);
    Settled settled = LeaderElection.settle(alone, List.of(2, 3), Set.of(), rules(2, 1, 2, 3));
    assertThat(settled.state()).isEqualTo(state(List.of(2, 3), List.of(), PartitionState.NO_LEADER, 2));
  }

  @Test
  void uncleanReplicasLeaveTheElr() {
    PartitionState alone = state(List.of(2), List.of(1, 3), PartitionState.NO_LEADER, 2);
    assertThat(LeaderElection.settle(alone, List.of(2), Set.of(1), rules(2, 2)).state().elr()).containsExactly(3);
    assertThat(LeaderElection.settle(alone, List.of(), Set.of(2), rules(2)).state())
        .isEqualTo(state(List.of(), List.of(1, 3), 2, PartitionState.NO_LEADER));
  }

  @Test
  void anEmptyIsrRemembersTheLastLeader() {
    Settled settled = LeaderElection.settle(led(2, List.of(2)), List.of(), Set.of(), rules(2));
    assertThat(settled.state()).isEqualTo(state(List.of(), List.of(2), 2, PartitionState.NO_LEADER));
    assertThat(settled.newLeadership()).isTrue();
  }

  @Test
  void aLeaderThatShutsDownKeepsLeadingOnlyWhenNobodyElseCan() {
    ElectionRules alone = new ElectionRules(id -> false, id -> id == 1, 2, false, false);
    assertThat(LeaderElection.settle(led(1, List.of(1)), alone).state().leader()).isEqualTo(1);

    ElectionRules other = new ElectionRules(id -> id == 3, id -> true, 2, false, false);
    assertThat(LeaderElection.settle(led(1, List.of(1, 3)), other).state().leader()).isEqualTo(3);
  }

  private static ElectionRules rules(int minIsr, Integer... active) {
    return new ElectionRules(List.of(active)::contains, List.of(active)::contains, minIsr, false, false);
  }

  private static ElectionRules unclean(boolean lastKnownLeader, boolean anyReplica, Integer... active) {
    return new ElectionRules(List.of(active)::contains, List.of(active)::contains, 2, lastKnownLeader, anyReplica);
  }

  private static PartitionState led(int leader, List<Integer> isr) {
    return state(isr, List.of(), PartitionState.NO_LEADER, leader);
  }

  private static PartitionState state(List<Integer> isr, List<Integer> elr, int lastKnownLeader, int leader) {
    return new PartitionState(List.of(1, 2, 3), isr, elr, lastKnownLeader, List.of(), List.of(), leader,
        LeaderRecoveryState.RECOVERED, 4, 9, DIRECTORIES);
  }
}
