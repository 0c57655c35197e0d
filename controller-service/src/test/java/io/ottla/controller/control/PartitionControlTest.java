package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** AlterPartition, M26 and M27, check by check in their order. */
class PartitionControlTest {
  private final TestCluster cluster = TestCluster.withBrokers(4);
  private UUID topic = new UUID(0, 0);

  @BeforeEach
  void createPartitionLedByOneOfThree() {
    topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
  }

  /** M27. */
  @Test
  void anAcceptedShrinkRaisesOnlyThePartitionEpochAndNamesItsEntry() {
    Answer answer = cluster.alter(topic, 0, 1, 2);

    assertThat(answer).isEqualTo(new Answer(new TopicIdPartition(topic, 0), null, null, 0, 1, cluster.log.size()));
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1, 2);
    assertThat(cluster.partition(topic, 0).leaderEpoch()).isZero();
    assertThat(cluster.partition(topic, 0).elr()).as("two of three still suffice").isEmpty();
  }

  /** M22. */
  @Test
  void shrinkingBelowMinIsrFillsTheElrAndExpandingEmptiesIt() {
    cluster.alter(topic, 0, 1);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(2, 3);
    cluster.alter(topic, 0, 1, 3);
    assertThat(cluster.partition(topic, 0).elr()).isEmpty();
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1, 3);
  }

  @Test
  void aSenderWithoutItsCurrentEpochIsStale() {
    Proposal proposal = proposal(0, 0, 1, 2);
    assertThat(cluster.control.alterPartitions(
        new AlterPartitionCommand(1, cluster.broker(1).brokerEpoch() - 1, List.of(proposal))).error())
        .contains(ErrorCode.STALE_BROKER_EPOCH);
    assertThat(cluster.control.alterPartitions(new AlterPartitionCommand(9, 1, List.of(proposal))).error())
        .contains(ErrorCode.STALE_BROKER_EPOCH);
  }

  @Test
  void unknownTopicsAndPartitionsAreNamed() {
    Proposal known = proposal(0, 0, 1, 2);
    assertThat(refusal(1, withId(known, new TopicIdPartition(new UUID(3, 3), 0))))
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
    assertThat(refusal(1, withId(known, new TopicIdPartition(topic, 1)))).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
  }

  @Test
  void aProposalThatKnowsMoreMakesThisControllerTheStaleOne() {
    assertThat(refusal(1, proposal(1, 0, 1, 2))).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(refusal(1, proposal(0, 1, 1, 2))).isEqualTo(ErrorCode.NOT_CONTROLLER);
  }

  @Test
  void anOldLeaderEpochIsFenced() {
    cluster.kill(1);
    cluster.join(1);
    assertThat(refusal(1, proposal(0, 0, 1, 2))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
  }

  @Test
  void onlyTheLeaderMayPropose() {
    assertThat(refusal(2, proposal(0, 0, 1, 2))).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  /** F24: the same request delivered twice. */
  @Test
  void anOldPartitionEpochIsRefused() {
    Proposal proposal = proposal(0, 0, 1, 2);
    assertThat(cluster.alter(1, proposal).error()).isNull();
    assertThat(refusal(1, proposal)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
  }

  @Test
  void theIsrMustBeASetOfReplicasWithTheLeader() {
    assertThat(refusal(1, proposal(0, 0, 1, 4))).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(1, proposal(0, 0, 2, 3))).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(1, proposal(0, 0, 1, 2, 2))).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(1, proposal(0, 0))).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  /** F24, I18: a fenced, leaving or re-registered follower does not get in, whoever vouches for it. */
  @Test
  void ineligibleMembersAreRefused() {
    Proposal withOldEpoch = proposal(1, 1, 1, 2, 3);
    cluster.alter(topic, 0, 1, 2);
    cluster.kill(3);
    assertThat(refusal(1, proposal(0, 1, 1, 2, 3))).as("fenced").isEqualTo(ErrorCode.INELIGIBLE_REPLICA);

    cluster.join(3);
    assertThat(refusal(1, new Proposal(withOldEpoch.id(), 0, 1, withOldEpoch.newIsr(), LeaderRecoveryState.RECOVERED)))
        .as("the fetches were of an earlier registration").isEqualTo(ErrorCode.INELIGIBLE_REPLICA);

    cluster.run(cluster.control.heartbeat(cluster.shutdownWish(3), cluster.nowMs));
    assertThat(refusal(1, proposal(0, 1, 1, 2, 3))).as("shutting down").isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
  }

  /** P24: an attempt without an answer, which might still arrive, is voided by confirming the ISR in force. */
  @Test
  void aProposalOfTheIsrInForceRaisesThePartitionEpochAndVoidsWhatIsUnderWay() {
    cluster.alter(topic, 0, 1, 2);
    Proposal underWay = proposal(0, 1, 1, 2, 3);

    Answer answer = cluster.alter(topic, 0, 1, 2);
    assertThat(answer).isEqualTo(new Answer(new TopicIdPartition(topic, 0), null, null, 0, 2, cluster.log.size()));
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1, 2);
    assertThat(refusal(1, underWay)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
  }

  /** Each partition of a request stands for itself; what is accepted is one entry. */
  @Test
  void aRequestIsAnsweredPartitionByPartition() {
    UUID other = cluster.topic("u", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    int size = cluster.log.size();
    List<Proposal> proposals = List.of(proposal(0, 0, 1, 2),
        withId(proposal(0, 0, 1, 3), new TopicIdPartition(other, 0)),
        withId(proposal(0, 0, 1, 2), new TopicIdPartition(other, 1)), proposal(0, 0, 1, 3));
    List<Answer> answers = cluster
        .run(cluster.control
            .alterPartitions(new AlterPartitionCommand(1, cluster.broker(1).brokerEpoch(), proposals)))
        .value().orElseThrow();

    assertThat(answers).extracting(Answer::error).containsExactly(null, null, ErrorCode.INVALID_REQUEST,
        ErrorCode.INVALID_REQUEST);
    assertThat(cluster.log).hasSize(size + 1);
    assertThat(cluster.log.getLast()).hasSize(2);
  }

  /** M21 e, M24. */
  @Test
  void aRecoveringLeaderStaysAloneUntilItReportsItsLogUsable() {
    cluster.append(List.of(new ConfigRecord(ConfigResource.topic("t"), "unclean.leader.election.enable", "true")));
    cluster.alter(topic, 0, 1, 2);
    cluster.kill(3);
    cluster.kill(2);
    cluster.kill(1);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1, 2);

    cluster.join(3);
    PartitionState unclean = cluster.partition(topic, 0);
    assertThat(unclean.leader()).isEqualTo(3);
    assertThat(unclean.leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERING);
    assertThat(cluster.control.uncleanElections()).isEqualTo(1);

    cluster.join(2);
    int epoch = unclean.partitionEpoch();
    int leaderEpoch = unclean.leaderEpoch();
    assertThat(refusal(3, recovering(proposal(leaderEpoch, epoch, 3, 2)))).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(cluster.alter(3, recovering(proposal(leaderEpoch, epoch, 3))).error()).isNull();
    assertThat(cluster.partition(topic, 0).leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERING);
    epoch++;

    assertThat(cluster.alter(topic, 0, 3).error()).isNull();
    assertThat(cluster.partition(topic, 0).leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERED);
    assertThat(cluster.alter(topic, 0, 3, 2).error()).isNull();
    assertThat(refusal(3, recovering(proposal(leaderEpoch, epoch + 2, 3)))).as("only an unclean election starts it")
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  private static Proposal recovering(Proposal proposal) {
    return new Proposal(proposal.id(), proposal.leaderEpoch(), proposal.partitionEpoch(), proposal.newIsr(),
        LeaderRecoveryState.RECOVERING);
  }

  private Proposal proposal(int leaderEpoch, int partitionEpoch, Integer... isr) {
    List<Member> members = List.of(isr).stream().map(id -> new Member(id, cluster.broker(id).brokerEpoch())).toList();
    return new Proposal(new TopicIdPartition(topic, 0), leaderEpoch, partitionEpoch, members,
        LeaderRecoveryState.RECOVERED);
  }

  private static Proposal withId(Proposal proposal, TopicIdPartition id) {
    return new Proposal(id, proposal.leaderEpoch(), proposal.partitionEpoch(), proposal.newIsr(),
        proposal.leaderRecoveryState());
  }

  private ErrorCode refusal(int sender, Proposal proposal) {
    int size = cluster.log.size();
    ErrorCode error = cluster.alter(sender, proposal).error();
    assertThat(cluster.log).as("a refusal changes nothing").hasSize(size);
    return error == null ? ErrorCode.INTERNAL : error;
  }
}
