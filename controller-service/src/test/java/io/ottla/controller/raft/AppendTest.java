package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A follower under appends (Q21, Q22; Raft paper, section 5.3). */
final class AppendTest {
  private static AppendRequest append(CoreFixture voter, long term, long prevIndex, long prevTerm, long commit,
      LogEntry... entries) {
    return new AppendRequest(voter.from(2, term), prevIndex, prevTerm, List.of(entries), commit);
  }

  @Test
  void appendOfAnEarlierTermIsRefusedInTheOwnTermAndResetsNoTimer() {
    var voter = new CoreFixture(3, 5, 1);
    voter.tick(290);
    voter.receive(append(voter, 4, 1, 1, 1));
    AppendReply reply = voter.onlyTaken(AppendReply.class);
    assertThat(reply.success()).isFalse();
    assertThat(reply.envelope().term()).isEqualTo(5);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  /** The follower has 1:1, 2:2. */
  @ParameterizedTest
  @CsvSource({"0, 0, true, 0, 0", "1, 1, true, 0, 0", "2, 2, true, 0, 0", "2, 3, false, 2, 2", "3, 3, false, 0, 3",
      "9, 9, false, 0, 3"})
  void appendMatchesOnlyBehindAnEqualEntry(long prevIndex, long prevTerm, boolean success, long conflictTerm,
      long conflictIndex) {
    var voter = new CoreFixture(3, 9, 1, 2);
    voter.receive(append(voter, 9, prevIndex, prevTerm, 0));
    AppendReply reply = voter.onlyTaken(AppendReply.class);
    assertThat(reply.success()).isEqualTo(success);
    assertThat(reply.matchIndex()).isEqualTo(success ? prevIndex : 0);
    assertThat(reply.conflictTerm()).isEqualTo(conflictTerm);
    assertThat(reply.conflictIndex()).isEqualTo(conflictIndex);
  }

  @Test
  void refusalNamesTheFirstIndexOfTheConflictingTerm() {
    var voter = new CoreFixture(3, 9, 1, 2, 2, 2, 3);
    voter.receive(append(voter, 9, 4, 5, 0));
    AppendReply reply = voter.onlyTaken(AppendReply.class);
    assertThat(reply.conflictTerm()).isEqualTo(2);
    assertThat(reply.conflictIndex()).isEqualTo(2);
  }

  @Test
  void differingEntriesAreRemovedAndReplaced() {
    var voter = new CoreFixture(3, 3, 1, 2, 2, 2);
    RaftOutput output = voter.receive(append(voter, 3, 1, 1, 0, entry(2, 3)));
    assertThat(output.logWrite()).isEqualTo(new LogWrite(1, null, 2, List.of(entry(2, 3)), 0));
    assertThat(voter.log.lastIndex()).isEqualTo(2);
    assertThat(voter.log.termAt(2)).isEqualTo(3);
    assertThat(voter.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(2);
  }

  @Test
  void delayedOlderAppendRemovesNothingThatMatches() {
    var voter = new CoreFixture(3, 1);
    voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1), entry(2, 1), entry(3, 1)));
    RaftOutput output = voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1)));
    assertThat(output.logWrite()).isNull();
    assertThat(voter.log.lastIndex()).isEqualTo(3);
  }

  @Test
  void replyNamesTheVerifiedIndexNotTheLastOne() {
    var voter = new CoreFixture(3, 2, 1, 1, 1, 1);
    voter.receive(append(voter, 2, 1, 1, 0, entry(2, 1)));
    assertThat(voter.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(2);
  }

  @Test
  void commitIndexGoesNoFurtherThanTheVerifiedIndex() {
    var voter = new CoreFixture(3, 2, 1, 1, 1, 1);
    voter.receive(append(voter, 2, 1, 1, 4, entry(2, 1)));
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  @Test
  void commitIndexGoesNoFurtherThanTheLeaders() {
    var voter = new CoreFixture(3, 1);
    voter.receive(append(voter, 1, 0, 0, 1, entry(1, 1), entry(2, 1)));
    assertThat(voter.report().commitIndex()).isEqualTo(1);
    assertThat(voter.noticed(RaftNotice.CommitAdvanced.class)).containsExactly(new RaftNotice.CommitAdvanced(1));
  }

  @Test
  void commitIndexNeverFalls() {
    var voter = new CoreFixture(3, 1);
    voter.receive(append(voter, 1, 0, 0, 2, entry(1, 1), entry(2, 1)));
    voter.receive(append(voter, 1, 0, 0, 1));
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  @Test
  void truncationOfCommittedEntriesIsFatal() {
    var voter = new CoreFixture(3, 1);
    voter.receive(append(voter, 1, 0, 0, 2, entry(1, 1), entry(2, 1)));
    assertThatThrownBy(() -> voter.receive(append(voter, 2, 1, 1, 2, entry(2, 2))))
        .isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void leaderThatContradictsACommittedEntryIsFatal() {
    var voter = new CoreFixture(3, 1);
    voter.receive(append(voter, 1, 0, 0, 2, entry(1, 1), entry(2, 1)));
    assertThatThrownBy(() -> voter.receive(append(voter, 3, 2, 2, 2))).isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void twoLeadersInOneTermAreFatal() {
    var follower = new CoreFixture(3, 1);
    follower.receive(append(follower, 1, 0, 0, 0));
    var other = new AppendRequest(follower.from(3, 1), 0, 0, List.of(), 0);
    assertThatThrownBy(() -> follower.receive(other)).isInstanceOf(RaftInvariantException.class);
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    assertThatThrownBy(() -> leader.receive(append(leader, 1, 0, 0, 0))).isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void acknowledgementWaitsUntilTheEntriesAreDurable() {
    var voter = new CoreFixture(3, 1);
    voter.slowDisk = true;
    voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1), entry(2, 1)));
    assertThat(voter.taken(AppendReply.class)).isEmpty();
    voter.force();
    AppendReply reply = voter.onlyTaken(AppendReply.class);
    assertThat(reply.matchIndex()).isEqualTo(2);
    assertThat(reply.envelope().requestId()).isEqualTo(900);
  }

  @Test
  void heartbeatIsAnsweredDuringASlowForceButClaimsOnlyWhatIsDurable() {
    var voter = new CoreFixture(3, 1, 1);
    voter.slowDisk = true;
    voter.receive(append(voter, 1, 1, 1, 0, entry(2, 1), entry(3, 1)));
    voter.receive(append(voter, 1, 3, 1, 0));
    AppendReply reply = voter.onlyTaken(AppendReply.class);
    assertThat(reply.success()).isTrue();
    assertThat(reply.matchIndex()).isEqualTo(1);
  }

  @Test
  void acknowledgementsHeldBackAreForgottenWithTheTerm() {
    var voter = new CoreFixture(3, 1);
    voter.slowDisk = true;
    voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1)));
    voter.receive(new AppendRequest(voter.from(3, 2), 0, 0, List.of(), 0));
    voter.sent.clear();
    voter.force();
    assertThat(voter.taken(AppendReply.class)).isEmpty();
  }

  @Test
  void writeThatWasTruncatedMeanwhileDoesNotCountAsDurable() {
    var voter = new CoreFixture(3, 1);
    voter.slowDisk = true;
    voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1), entry(2, 1)));
    voter.receive(new AppendRequest(voter.from(3, 2), 1, 1, List.of(entry(2, 2)), 0));
    voter.forceFirst();
    assertThat(voter.report().durableIndex()).isEqualTo(1);
    assertThat(voter.report().lastIndex()).isEqualTo(2);
    voter.forceFirst();
    assertThat(voter.report().durableIndex()).isEqualTo(2);
  }

  @Test
  void repeatedAppendIsAcknowledgedAgain() {
    var voter = new CoreFixture(3, 1);
    for (int copy = 0; copy < 2; copy++) {
      voter.receive(append(voter, 1, 0, 0, 0, entry(1, 1)));
      assertThat(voter.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(1);
    }
    assertThat(voter.log.lastIndex()).isEqualTo(1);
  }

  @Test
  void malformedAppendsCannotEvenBeMade() {
    var voter = new CoreFixture(3);
    assertThatThrownBy(() -> append(voter, 3, 1, 1, 0, entry(3, 1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> append(voter, 3, 1, 2, 0, entry(2, 1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> append(voter, 3, 1, 1, 0, entry(2, 4))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void misaddressedRequestIsAnsweredWithAnErrorAndChangesNothing() {
    var voter = new CoreFixture(3, 1);
    var wrongDisk = new ReplicaKey(1, new java.util.UUID(1, 1));
    for (Envelope envelope : List.of(new Envelope("other", key(2), key(1), 9, 4),
        new Envelope(CoreFixture.CLUSTER, key(2), key(3), 9, 4),
        new Envelope(CoreFixture.CLUSTER, key(2), wrongDisk, 9, 4))) {
      RaftOutput output = voter.receive(new AppendRequest(envelope, 0, 0, List.of(entry(1, 1)), 1));
      assertThat(output.hardState()).isNull();
      assertThat(output.logWrite()).isNull();
      assertThat(output.notices()).isEmpty();
      assertThat(voter.onlyTaken(RaftMessage.MisaddressedReply.class).envelope().requestId()).isEqualTo(4);
      assertThat(voter.receive(new AppendReply(envelope, false, 0, 0, 1)).messages()).isEmpty();
    }
    assertThat(voter.term()).isEqualTo(1);
    voter.tick(300);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }
}
