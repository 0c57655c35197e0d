package io.ottla.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.ErrorCode;

/** A leader rule by rule (P6–P12, P16–P25). */
class LeaderReplicaTest {
  private final ReplicaFixture fixture = new ReplicaFixture(true);

  private static FetchDecision.Refused refused(FetchDecision decision) {
    assertThat(decision).isInstanceOf(FetchDecision.Refused.class);
    return (FetchDecision.Refused) decision;
  }

  private IsrProposal proposal(LeaderReplica leader, long nowMs) {
    return leader.propose(fixture.brokers, nowMs).orElseThrow();
  }

  /** P6. */
  @Test
  void refusesAcksAllBelowMinIsrAndAppendsNothing() {
    LeaderReplica leader = fixture.lead(1, 1, 1);
    assertThat(leader.append(FakeReplicaLog.batch(7), -1)).isInstanceOfSatisfying(AppendDecision.Refused.class,
        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS));
    assertThat(fixture.log.logEndOffset()).isZero();
    assertThat(leader.append(FakeReplicaLog.batch(7), 1)).isInstanceOf(AppendDecision.Appended.class);
  }

  /** P9: not before the original is committed, and then even below min ISR. */
  @Test
  void aRepetitionIsNotAppendedAndWaitsForTheHighWatermarkLikeTheOriginal() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    ByteBuffer batch = FakeReplicaLog.batch(7, 5, (short) 0, 0);
    assertThat(leader.append(batch, -1)).isEqualTo(new AppendDecision.Appended(0, 1, 1));
    assertThat(leader.append(FakeReplicaLog.batch(8, 5, (short) 0, 1), -1))
        .isEqualTo(new AppendDecision.Appended(1, 2, 1));
    assertThat(leader.append(batch, -1)).isEqualTo(new AppendDecision.Duplicate(0, 1, 1));
    assertThat(fixture.log.logEndOffset()).isEqualTo(2);
    fixture.log.force();
    leader.onForced();
    assertThat(fixture.replica.ackState(1, 1, -1)).isEqualTo(AckState.WAITING);
    fixture.fetched(leader, 2, 1, 1);
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1), 0);
    assertThat(leader.append(batch, -1)).isEqualTo(new AppendDecision.Duplicate(0, 1, 1));
    assertThat(fixture.replica.ackState(1, 1, -1)).isEqualTo(AckState.DONE);
  }

  /** P8, P33. */
  @Test
  void acknowledgesTheLeadersAppendOnlyOnceItIsForced() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    leader.append(FakeReplicaLog.batch(1), 1);
    assertThat(fixture.replica.ackState(1, 1, 1)).isEqualTo(AckState.WAITING);
    fixture.log.force();
    leader.onForced();
    assertThat(fixture.replica.ackState(1, 1, 1)).isEqualTo(AckState.DONE);
  }

  /** P8. */
  @Test
  void aWaitingAppendFailsWhenTheIsrFallsBelowTheMinimumButNotOnceItIsCommitted() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 2);
    fixture.fetched(leader, 2, 1, 1);
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1), 0);
    assertThat(fixture.replica.ackState(1, 1, -1)).isEqualTo(AckState.DONE);
    assertThat(fixture.replica.ackState(1, 2, -1)).isEqualTo(AckState.BELOW_MIN_ISR);
  }

  /** P8, P29. */
  @Test
  void anAppendOfAnEarlierEpochIsIndeterminateEvenIfTheSameBrokerLeadsAgain() {
    fixture.write(fixture.lead(1, 1, 1, 2), 1);
    fixture.lead(2, 2, 1, 2);
    assertThat(fixture.replica.ackState(1, 1, -1)).isEqualTo(AckState.LEADERSHIP_LOST);
  }

  /** P11. */
  @Test
  void refusesFetchesOfAnotherEpochAStaleRegistrationOrAStranger() {
    LeaderReplica leader = fixture.lead(5, 1, 1, 2);
    assertThat(refused(leader.onFetch(fixture.fetch(2, 4, 0, -1, 0), fixture.brokers, 0)).code())
        .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(refused(leader.onFetch(fixture.fetch(2, 6, 0, -1, 0), fixture.brokers, 0)).code())
        .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    assertThat(refused(leader.onFetch(fixture.fetch(9, 5, 0, -1, 0), fixture.brokers, 0)).code())
        .isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
    FollowerFetch old = new FollowerFetch(2, 19, 1, new UUID(2, 0), 5, 0, -1, 0);
    assertThat(refused(leader.onFetch(old, fixture.brokers, 0)).code()).isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
  }

  /** P12: the answer names where the epoch ends here, and the follower's claim counts for nothing. */
  @Test
  void answersADivergingFollowerWithTheEndOfItsEpochAndForgetsItsOffsets() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    LeaderReplica leader = fixture.lead(4, 2, 1, 2);
    fixture.write(leader, 2);
    FetchDecision decision = leader.onFetch(fixture.fetch(2, 4, 9, 2, 9), fixture.brokers, 0);
    assertThat(decision).isEqualTo(new FetchDecision.Diverged(new EpochEnd(1, 3)));
    assertThat(fixture.replica.highWatermark()).isZero();
  }

  /** P12: same epoch, but longer than the leader's. */
  @Test
  void aFollowerBeyondTheEndOfItsEpochDiverges() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    LeaderReplica leader = fixture.lead(2, 2, 1, 2);
    assertThat(leader.onFetch(fixture.fetch(2, 2, 5, 1, 5), fixture.brokers, 0))
        .isEqualTo(new FetchDecision.Diverged(new EpochEnd(1, 3)));
  }

  /** P12: a log that ends where this one begins, in an epoch that only removed records knew, may be another. */
  @Test
  void aFollowerInAnEpochThatRetentionHasRemovedDivergesEvenAtTheLogStart() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    LeaderReplica leader = fixture.lead(2, 2, 1, 2);
    fixture.write(leader, 2);
    fixture.log.raiseLogStart(4, 4);
    assertThat(leader.onFetch(fixture.fetch(2, 2, 4, 1, 4), fixture.brokers, 0))
        .isEqualTo(new FetchDecision.Diverged(new EpochEnd(1, 4)));
    assertThat(leader.onFetch(fixture.fetch(2, 2, 4, 2, 4), fixture.brokers, 0)).isEqualTo(new FetchDecision.Serve(4));
    assertThat(leader.onFetch(fixture.fetch(2, 2, 4, -1, 4), fixture.brokers, 0))
        .isEqualTo(new FetchDecision.Serve(4));
    fixture.log.raiseLogStart(5, 5);
    assertThat(leader.onFetch(fixture.fetch(2, 2, 5, 2, 5), fixture.brokers, 0)).as("all records removed")
        .isEqualTo(new FetchDecision.Serve(5));
  }

  /** P12, low. */
  @Test
  void aFollowerBelowTheLogStartIsToldSo() {
    fixture.log.resetTo(10);
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    assertThat(refused(fixture.fetched(leader, 2, 0, 0)).code()).isEqualTo(ErrorCode.OFFSET_TRIMMED);
  }

  /** P12, P40: what retention has removed there must not come back, and nothing that is there could differ. */
  @Test
  void aFollowerWithoutRecordsOrEpochsDoesNotDivergeWhereverItsLogBegins() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 5);
    fixture.log.raiseLogStart(2, 2);
    assertThat(leader.onFetch(fixture.fetch(2, 1, 4, -1, 4), fixture.brokers, 0))
        .isEqualTo(new FetchDecision.Serve(4));
    assertThat(leader.onFetch(fixture.fetch(2, 1, 9, -1, 9), fixture.brokers, 0))
        .isInstanceOf(FetchDecision.Diverged.class);
  }

  /** P16. */
  @Test
  void anOlderRequestChangesNothingAndARebuiltLogStartsOver() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 4);
    FollowerFetch early = fixture.fetch(2, 1, 1, 1, 1);
    fixture.fetched(leader, 2, 2, 2);
    leader.onFetch(early, fixture.brokers, 0);
    assertThat(fixture.alarms).isEmpty();
    FollowerFetch rebuilt = new FollowerFetch(2, 20, 99, new UUID(2, 7), 1, 0, -1, 0);
    leader.onFetch(rebuilt, fixture.brokers, 0);
    fixture.write(leader, 1);
    assertThat(fixture.alarms).isEmpty();
    assertThat(fixture.replica.highWatermark()).isEqualTo(2);
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2), 0);
    assertThat(fixture.replica.highWatermark()).as("not inherited from the old log").isEqualTo(2);
  }

  /** P16. */
  @Test
  void offsetsThatGoBackWithinOneLogRaiseAnAlarm() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 4);
    fixture.fetched(leader, 2, 3, 3);
    fixture.fetched(leader, 2, 2, 2);
    assertThat(fixture.alarms).containsExactly("FOLLOWER_WENT_BACK");
  }

  /** P18. */
  @Test
  void theHighWatermarkIsTheLeastDurableOffsetOfTheIsr() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2, 3);
    fixture.write(leader, 5);
    fixture.fetched(leader, 2, 5, 4);
    assertThat(fixture.replica.highWatermark()).as("one member has not spoken").isZero();
    fixture.fetched(leader, 3, 5, 3);
    assertThat(fixture.replica.highWatermark()).isEqualTo(3);
    assertThat(new ReplicaFixture(false)).satisfies(os -> {
      LeaderReplica lazy = os.lead(1, 1, 1, 2);
      lazy.append(FakeReplicaLog.batch(1), 1);
      os.fetched(lazy, 2, 1, 0);
      assertThat(os.replica.highWatermark()).as("os mode counts the log end").isEqualTo(1);
    });
  }

  /** P18, M22. */
  @Test
  void theHighWatermarkStandsStillBelowMinIsrAndFollowsTheMinimum() {
    LeaderReplica leader = fixture.lead(1, 1, 1);
    fixture.write(leader, 3);
    assertThat(fixture.replica.highWatermark()).isZero();
    fixture.replica.apply(ReplicaFixture.view(1, 1, 1, 1, 1), 0);
    assertThat(fixture.replica.highWatermark()).as("P21: a lower minimum is enough").isEqualTo(3);
  }

  /** P18, P24, M27. */
  @Test
  void aProposedMemberCountsAtOnceAndIsInTheIsrOnlyThroughMetadata() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 2);
    fixture.fetched(leader, 2, 2, 2);
    fixture.fetched(leader, 3, 2, 2);
    IsrProposal proposal = proposal(leader, 0);
    assertThat(proposal.memberIds()).containsExactly(1, 2, 3);
    fixture.write(leader, 1);
    fixture.fetched(leader, 2, 3, 3);
    assertThat(fixture.replica.highWatermark()).as("waits for the proposed member").isEqualTo(2);
    leader.onProposalAnswer(proposal, new IsrAnswer.Accepted(2));
    assertThat(leader.isrState().committed()).containsExactly(1, 2);
    assertThat(leader.propose(fixture.brokers, 0)).as("one at a time").isEmpty();
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2, 3), 0);
    assertThat(leader.isrState().committed()).containsExactly(1, 2, 3);
  }

  /** P20. */
  @Test
  void theLatestOffsetIsUnknownUntilTheNewLeadershipHasProvenIt() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    LeaderReplica leader = fixture.lead(2, 2, 1, 2);
    assertThat(leader.latestOffset()).isEmpty();
    leader.onFetch(fixture.fetch(2, 2, 3, 1, 3), fixture.brokers, 0);
    assertThat(leader.latestOffset()).hasValue(3);
  }

  /** P22. */
  @Test
  void aLaggingFollowerIsProposedForRemovalAndHoldsTheHighWatermarkUntilConfirmed() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2, 3);
    fixture.write(leader, 2);
    leader.onFetch(fixture.fetch(2, 1, 2, 1, 2), fixture.brokers, ReplicaFixture.LAG_MS + 1);
    IsrProposal shrink = proposal(leader, ReplicaFixture.LAG_MS + 1);
    assertThat(shrink.memberIds()).containsExactly(1, 2);
    assertThat(fixture.replica.highWatermark()).isZero();
    leader.onProposalAnswer(shrink, new IsrAnswer.Accepted(2));
    assertThat(fixture.replica.highWatermark()).as("M27").isZero();
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2), 0);
    assertThat(fixture.replica.highWatermark()).isEqualTo(2);
  }

  /** P23. */
  @Test
  void onlyAnEligibleFollowerThatReachedTheLeadershipsStartMayJoin() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    LeaderReplica leader = fixture.lead(2, 2, 1, 2);
    leader.onFetch(fixture.fetch(3, 2, 2, 1, 2), fixture.brokers, 0);
    assertThat(leader.propose(fixture.brokers, 0)).as("below the start").isEmpty();
    fixture.inactive.add(3);
    leader.onFetch(fixture.fetch(3, 2, 3, 1, 3), fixture.brokers, 0);
    assertThat(leader.propose(fixture.brokers, 0)).as("fenced").isEmpty();
    fixture.inactive.clear();
    assertThat(proposal(leader, 0).newIsr()).contains(new IsrProposal.Member(3, 30));
  }

  /** P24. */
  @Test
  void anUnknownOutcomeKeepsTheMaximalIsrAndIsSentAgain() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.fetched(leader, 3, 0, 0);
    IsrProposal proposal = proposal(leader, 0);
    leader.onProposalAnswer(proposal, new IsrAnswer.Unknown());
    assertThat(leader.maximalIsr()).containsExactly(1, 2, 3);
    assertThat(proposal(leader, 0)).isEqualTo(proposal);
    leader.onProposalAnswer(proposal, new IsrAnswer.Refused(ErrorCode.INVALID_UPDATE_VERSION));
    assertThat(leader.maximalIsr()).containsExactly(1, 2, 3);
  }

  /** P24: who is not the controller cannot know what the controller has done; had the request come twice, it may have been accepted. */
  @Test
  void aControllerThatIsNoneOrIsBusyOrFindsFaultProvesNothingAndTheProposalIsSentAgain() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.fetched(leader, 2, 0, 0);
    fixture.fetched(leader, 3, 0, 0);
    IsrProposal proposal = proposal(leader, 0);
    for (ErrorCode code : List.of(ErrorCode.NOT_CONTROLLER, ErrorCode.BUSY, ErrorCode.INVALID_REQUEST)) {
      leader.onProposalAnswer(proposal, new IsrAnswer.Refused(code));
      assertThat(leader.maximalIsr()).as("after %s", code).containsExactly(1, 2, 3);
      assertThat(proposal(leader, 0)).isEqualTo(proposal);
    }
    fixture.write(leader, 1);
    fixture.fetched(leader, 2, 1, 1);
    assertThat(fixture.replica.highWatermark()).as("waits for who may be a member").isZero();
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2, 3), 0);
    fixture.fetched(leader, 3, 1, 1);
    assertThat(fixture.replica.highWatermark()).isEqualTo(1);
  }

  /** P24: what no controller has got, none has applied. */
  @Test
  void aProposalThatReachedNobodyIsDropped() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.fetched(leader, 3, 0, 0);
    leader.onProposalAnswer(proposal(leader, 0), new IsrAnswer.Refused(ErrorCode.CONTROLLER_NOT_AVAILABLE));
    assertThat(leader.maximalIsr()).containsExactly(1, 2);
  }

  /** P24: the member may be eligible again when a copy of the proposal arrives; the committed ISR, confirmed, voids that copy. */
  @Test
  void aRefusedMemberIsFencedOffByConfirmingTheIsr() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.fetched(leader, 3, 0, 0);
    leader.onProposalAnswer(proposal(leader, 0), new IsrAnswer.Refused(ErrorCode.INELIGIBLE_REPLICA));
    assertThat(leader.maximalIsr()).containsExactly(1, 2, 3);
    IsrProposal confirmation = proposal(leader, 0);
    assertThat(confirmation.memberIds()).isEqualTo(List.of(1, 2));
    leader.onProposalAnswer(confirmation, new IsrAnswer.Accepted(2));
    assertThat(leader.maximalIsr()).containsExactly(1, 2, 3);
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2), 0);
    assertThat(leader.maximalIsr()).containsExactly(1, 2);
  }

  /** P24: the answer to an earlier proposal says nothing about the one under way. */
  @Test
  void aLateAnswerChangesNothing() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.fetched(leader, 3, 0, 0);
    IsrProposal first = proposal(leader, 0);
    leader.onProposalAnswer(first, new IsrAnswer.Unknown());
    fixture.replica.apply(ReplicaFixture.view(1, 1, 2, 2, 1, 2), 0);
    IsrProposal second = proposal(leader, 0);
    leader.onProposalAnswer(first, new IsrAnswer.Refused(ErrorCode.CONTROLLER_NOT_AVAILABLE));
    leader.onProposalAnswer(first, new IsrAnswer.Accepted(2));
    assertThat(leader.isrState()).isEqualTo(
        new IsrState.Pending(List.of(1, 2), List.of(1, 2, 3), second, true, false, false));
  }

  /** P25. */
  @Test
  void theLeadersOwnStallIsNotHeldAgainstItsFollowers() {
    LeaderReplica leader = fixture.lead(1, 1, 1, 2);
    fixture.write(leader, 1);
    fixture.fetched(leader, 2, 0, 0);
    leader.onOwnStall(60_000);
    assertThat(leader.propose(fixture.brokers, 60_000 + ReplicaFixture.LAG_MS)).isEmpty();
    assertThat(proposal(leader, 60_001 + ReplicaFixture.LAG_MS).memberIds()).containsExactly(1);
  }
}
