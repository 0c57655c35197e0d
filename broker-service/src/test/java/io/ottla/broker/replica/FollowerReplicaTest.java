package io.ottla.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.OttlaException;

/** A follower, and the changes of role, rule by rule (P10, P13–P15, P26–P28). */
class FollowerReplicaTest {
  private final ReplicaFixture fixture = new ReplicaFixture(true);

  private FollowerAnswer answer(FollowerReplica follower, long highWatermark, @Nullable EpochEnd diverged,
      ByteBuffer batches) {
    FollowerReplica.Position at = follower.position();
    return new FollowerAnswer(at.leaderEpoch(), at.fetchOffset(), at.lastFetchedEpoch(), highWatermark, 0, diverged,
        false,
        batches);
  }

  private static ByteBuffer records(long from, int count, int epoch) {
    ByteBuffer bytes = ByteBuffer.allocate(count * FakeReplicaLog.ENTRY_BYTES);
    for (int i = 0; i < count; i++) {
      bytes.putLong(from + i).putInt(epoch).putLong(100 + i).putLong(-1).putShort((short) -1).putInt(-1);
    }
    return bytes.flip();
  }

  private static ByteBuffer nothing() {
    return ByteBuffer.allocate(0);
  }

  /** P10. */
  @Test
  void asksFromItsEndAndSaysWhatIsDurable() {
    FollowerReplica follower = fixture.follow(3);
    assertThat(follower.position()).isEqualTo(new FollowerReplica.Position(new UUID(1, 1), 3, 0, -1, 0, 0, 0));
    follower.onAnswer(answer(follower, 0, null, records(0, 2, 3)));
    assertThat(follower.position()).isEqualTo(new FollowerReplica.Position(new UUID(1, 1), 3, 2, 3, 0, 0, 0));
    fixture.log.force();
    assertThat(follower.position().durableOffset()).isEqualTo(2);
  }

  /** P14. */
  @Test
  void takesTheHighWatermarkOnlyAsFarAsItsOwnLogGoes() {
    FollowerReplica follower = fixture.follow(1);
    assertThat(follower.onAnswer(answer(follower, 9, null, records(0, 2, 1)))).isEqualTo(FollowerStep.APPENDED);
    assertThat(fixture.replica.highWatermark()).isEqualTo(2);
  }

  /** P14. */
  @Test
  void refusesRecordsThatDoNotContinueItsLog() {
    FollowerReplica follower = fixture.follow(1);
    assertThatThrownBy(() -> follower.onAnswer(answer(follower, 0, null, records(5, 1, 1))))
        .isInstanceOf(OttlaException.class);
    assertThat(fixture.log.logEndOffset()).isZero();
  }

  /** P13: the smaller of both logs' ends of that epoch, and before any high watermark of the same answer. */
  @Test
  void truncatesByEpochBeforeItBelievesTheHighWatermark() {
    FollowerReplica follower = fixture.follow(1);
    follower.onAnswer(answer(follower, 2, null, records(0, 4, 1)));
    fixture.replica.apply(ReplicaFixture.view(3, 2, 2, 2, 3, 1), 0);
    FollowerReplica next = java.util.Objects.requireNonNull(fixture.replica.follower());
    assertThat(next.onAnswer(answer(next, 9, new EpochEnd(1, 3), nothing()))).isEqualTo(FollowerStep.TRUNCATED);
    assertThat(fixture.log.logEndOffset()).isEqualTo(3);
    assertThat(fixture.replica.highWatermark()).isEqualTo(2);
    assertThat(fixture.alarms).isEmpty();
  }

  /** P12, P38: what the leader cannot compare any more does not stay, or producers would be told of batches that were never committed. */
  @Test
  void beginsAnewWhereTheLeadersLogBeginsIfTheLeaderKnowsNothingOfItsEpochs() {
    FollowerReplica follower = fixture.follow(1);
    ByteBuffer one = ByteBuffer.allocate(FakeReplicaLog.ENTRY_BYTES).putLong(4).putInt(1).putLong(100).putLong(7)
        .putShort((short) 0).putInt(0).flip();
    follower.onAnswer(answer(follower, 2, null, records(0, 4, 1)));
    follower.onAnswer(answer(follower, 2, null, one));
    follower.onAnswer(answer(follower, 2, null, records(5, 4, 1)));
    assertThat(fixture.log.duplicateOf(FakeReplicaLog.batch(100, 7, (short) 0, 0))).isNotNull();
    fixture.replica.apply(ReplicaFixture.view(3, 2, 2, 2, 3, 1), 0);
    FollowerReplica next = java.util.Objects.requireNonNull(fixture.replica.follower());
    FollowerReplica.Position at = next.position();
    assertThat(next.onAnswer(
        new FollowerAnswer(at.leaderEpoch(), at.fetchOffset(), at.lastFetchedEpoch(), 20, 6, new EpochEnd(1, 6),
            false, nothing())))
        .isEqualTo(FollowerStep.TRUNCATED);
    assertThat(fixture.log.logStartOffset()).isEqualTo(6);
    assertThat(fixture.log.logEndOffset()).isEqualTo(6);
    assertThat(next.position().lastFetchedEpoch()).isEqualTo(-1);
    assertThat(fixture.log.duplicateOf(FakeReplicaLog.batch(100, 7, (short) 0, 0))).isNull();
    assertThat(fixture.replica.highWatermark()).isEqualTo(6);
    assertThat(fixture.alarms).isEmpty();
  }

  /** P13: an epoch without records goes too (KAFKA-7415). */
  @Test
  void dropsAnEmptyEpochAtThePointOfTruncation() {
    fixture.write(fixture.lead(1, 1, 1, 2), 2);
    fixture.lead(3, 3, 1, 2);
    FollowerReplica follower = fixture.follow(5);
    follower.onAnswer(answer(follower, 0, new EpochEnd(0, 0), nothing()));
    assertThat(fixture.log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(4, 0));
  }

  /** P15. */
  @Test
  void anAlarmIsRaisedWhenCommittedRecordsHaveToGo() {
    FollowerReplica follower = fixture.follow(1);
    follower.onAnswer(answer(follower, 4, null, records(0, 4, 1)));
    follower.onAnswer(answer(follower, 0, new EpochEnd(1, 1), nothing()));
    assertThat(fixture.alarms).containsExactly("TRUNCATED_BELOW_HIGH_WATERMARK");
    assertThat(fixture.replica.highWatermark()).isEqualTo(1);
  }

  /** An answer that was delayed or repeated must not truncate what has been fetched since. */
  @Test
  void anAnswerToAnEarlierStateOfTheLogIsIgnored() {
    FollowerReplica follower = fixture.follow(1);
    FollowerAnswer late = answer(follower, 0, new EpochEnd(0, 0), nothing());
    follower.onAnswer(answer(follower, 0, null, records(0, 2, 1)));
    assertThat(follower.onAnswer(late)).isEqualTo(FollowerStep.STALE);
    assertThat(fixture.log.logEndOffset()).isEqualTo(2);
  }

  /** P12, low. */
  @Test
  void restartsAtTheLeadersLogStartWhenItsOwnEndIsBelow() {
    FollowerReplica follower = fixture.follow(1);
    FollowerReplica.Position at = follower.position();
    assertThat(follower.onAnswer(
        new FollowerAnswer(1, at.fetchOffset(), at.lastFetchedEpoch(), 50, 40, null, true, nothing())))
        .isEqualTo(FollowerStep.TRUNCATED);
    assertThat(fixture.log.logStartOffset()).isEqualTo(40);
    assertThat(fixture.replica.highWatermark()).isEqualTo(40);
  }

  /** P40, I27: as far as the own high watermark, also when the leader's start is further on. */
  @Test
  void followsTheLeadersLogStartAsFarAsItsHighWatermark() {
    FollowerReplica follower = fixture.follow(1);
    FollowerReplica.Position at = follower.position();
    follower.onAnswer(new FollowerAnswer(1, at.fetchOffset(), at.lastFetchedEpoch(), 3, 2, null, false,
        records(0, 4, 1)));
    assertThat(fixture.log.logStartOffset()).isEqualTo(2);
    at = follower.position();
    follower.onAnswer(new FollowerAnswer(1, at.fetchOffset(), at.lastFetchedEpoch(), 3, 4, null, false, nothing()));
    assertThat(fixture.log.logStartOffset()).isEqualTo(3);
    at = follower.position();
    follower.onAnswer(new FollowerAnswer(1, at.fetchOffset(), at.lastFetchedEpoch(), 4, 1, null, false, nothing()));
    assertThat(fixture.log.logStartOffset()).as("never back").isEqualTo(3);
  }

  /** P26. */
  @Test
  void aNewLeadershipIsNotedInTheLogEvenWithoutRecords() {
    fixture.write(fixture.lead(1, 1, 1, 2), 2);
    LeaderReplica again = fixture.lead(4, 2, 1, 2);
    assertThat(again.leaderEpochStart()).isEqualTo(2);
    assertThat(fixture.log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(1, 2));
    assertThat(fixture.log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(4, 2));
  }

  /** P27. */
  @Test
  void becomingFollowerTruncatesNothingAndWithoutALeaderNothingIsServed() {
    fixture.write(fixture.lead(1, 1, 1, 2), 3);
    fixture.follow(2);
    assertThat(fixture.log.logEndOffset()).isEqualTo(3);
    PartitionView leaderless = ReplicaFixture.view(-1, 3, 3, 2);
    assertThat(fixture.replica.apply(leaderless, 0)).isEqualTo(Transition.BECAME_IDLE);
    assertThat(fixture.replica.leader()).isNull();
    assertThat(fixture.replica.follower()).isNull();
  }

  /** P28. */
  @Test
  void olderMetadataIsIgnored() {
    LeaderReplica leader = fixture.lead(3, 5, 1, 2);
    assertThat(fixture.replica.apply(ReplicaFixture.view(2, 2, 9, 2, 2), 0)).isEqualTo(Transition.IGNORED);
    assertThat(fixture.replica.apply(ReplicaFixture.view(1, 3, 4, 2, 1), 0)).isEqualTo(Transition.IGNORED);
    assertThat(fixture.replica.apply(ReplicaFixture.view(1, 3, 6, 2, 1, 3), 0)).isEqualTo(Transition.UPDATED);
    assertThat(leader.isrState().committed()).containsExactly(1, 3);
  }
}
