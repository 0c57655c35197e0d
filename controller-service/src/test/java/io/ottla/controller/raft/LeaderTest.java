package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader: its log, its followers' progress, commit (Q20 to Q24, Q48; Raft paper, sections 5.3 and 5.4.2). */
final class LeaderTest {
  private static RaftConfig limits(int maxInFlight, int maxEntries, int maxBytes) {
    return RaftConfig.DEFAULT.withAppendLimits(maxInFlight, 4 * maxBytes, maxEntries, maxBytes, 4 * maxBytes);
  }

  private static CoreFixture withLimits(CoreFixture voter, RaftConfig config) {
    voter.config = config;
    voter.restart();
    return voter;
  }

  private static AppendRequest heartbeatTo(CoreFixture voter, int peer) {
    return voter.sent.stream().filter(AppendRequest.class::isInstance).map(AppendRequest.class::cast)
        .filter(append -> append.isHeartbeat() && append.envelope().to().equals(key(peer)))
        .reduce((_, last) -> last).orElseThrow();
  }

  private static List<AppendRequest> bulkTo(CoreFixture voter, int peer) {
    var bulk = new ArrayList<AppendRequest>();
    for (RaftMessage message : voter.sent) {
      if (message instanceof AppendRequest append && !append.isHeartbeat()
          && append.envelope().to().equals(key(peer))) {
        bulk.add(append);
      }
    }
    return bulk;
  }

  @Test
  void newLeaderOpensItsTermWithAnEntryOfItsOwn() {
    var voter = new CoreFixture(3, 4, 1, 4);
    voter.becomeLeader();
    AppendRequest first = voter.appendTo(2);
    assertThat(first.prevIndex()).isEqualTo(2);
    assertThat(first.prevTerm()).isEqualTo(4);
    LogEntry opening = first.entries().getFirst();
    assertThat(opening.index()).isEqualTo(3);
    assertThat(opening.term()).isEqualTo(5);
    assertThat(opening.type()).isEqualTo(EntryType.LEADER_CHANGE);
    assertThat(new String(opening.payload(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("{\"leaderId\":1,\"voters\":[1,2,3],\"grantingVoters\":[1,2]}");
  }

  @Test
  void leaderIsActiveOnlyWhenThatEntryIsCommitted() {
    var voter = new CoreFixture(3);
    voter.becomeLeader();
    assertThat(voter.report().active()).isFalse();
    voter.propose(1, 10);
    voter.step(new RaftInput.ReadIndex(2));
    assertThat(voter.noticed(RaftNotice.ProposalRefused.class)).hasSize(1);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(RaftNotice.LeaderActivated.class)).containsExactly(new RaftNotice.LeaderActivated(1, 1));
  }

  @Test
  void leaderSendsHeartbeatsToEverybody() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    for (int beat = 0; beat < 3; beat++) {
      voter.tick(50);
      assertThat(voter.taken(AppendRequest.class)).hasSize(2).allMatch(AppendRequest::isHeartbeat);
    }
  }

  @Test
  void heartbeatsGoOutAlthoughTheWindowIsFull() {
    var voter = withLimits(new CoreFixture(3), limits(2, 1, 1000));
    voter.becomeActiveLeader();
    for (int proposal = 0; proposal < 5; proposal++) {
      voter.propose(proposal, 10);
    }
    assertThat(bulkTo(voter, 2)).hasSize(2);
    voter.sent.clear();
    voter.tick(50);
    assertThat(voter.taken(AppendRequest.class)).hasSize(2).allMatch(AppendRequest::isHeartbeat);
  }

  @Test
  void windowMovesOnWithAcknowledgements() {
    var voter = withLimits(new CoreFixture(3), limits(2, 1, 1000));
    voter.becomeActiveLeader();
    for (int proposal = 0; proposal < 5; proposal++) {
      voter.propose(proposal, 10);
    }
    List<AppendRequest> first = bulkTo(voter, 2);
    voter.sent.clear();
    voter.acknowledge(first.getFirst());
    assertThat(bulkTo(voter, 2)).extracting(AppendRequest::prevIndex).containsExactly(3L);
  }

  @Test
  void appendsKeepToTheLimitsOfEntriesAndBytes() {
    var voter = withLimits(new CoreFixture(3, 1, 1, 1, 1, 1, 1, 1), limits(8, 4, 100));
    voter.becomeLeader();
    voter.refuse(voter.appendTo(2), 0, 1);
    AppendRequest probe = bulkTo(voter, 2).getLast();
    assertThat(probe.prevIndex()).isZero();
    assertThat(probe.entries()).hasSize(2);
  }

  @Test
  void entryIsCommittedOnceAMajorityHasItDurably() {
    var voter = new CoreFixture(5);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.report().commitIndex()).isEqualTo(1);
    voter.acknowledge(voter.appendTo(4));
    assertThat(voter.report().commitIndex()).isEqualTo(2);
    assertThat(voter.noticed(RaftNotice.ProposalCommitted.class))
        .containsExactly(new RaftNotice.ProposalCommitted(1, 2));
  }

  @Test
  void leaderSendsBeforeItsOwnForceButDoesNotCountItselfBeforeIt() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.slowDisk = true;
    voter.propose(1, 10);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.report().commitIndex()).isEqualTo(1);
    voter.force();
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  @Test
  void twoFollowersCommitWithoutTheLeadersDisk() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.slowDisk = true;
    voter.propose(1, 10);
    AppendRequest toThree = voter.appendTo(3);
    voter.acknowledge(voter.appendTo(2));
    voter.acknowledge(toThree);
    assertThat(voter.report().commitIndex()).isEqualTo(2);
    assertThat(voter.core.readCommitted(2, 10, 1000)).extracting(LogEntry::index).containsExactly(2L);
  }

  @Test
  void singleVoterCommitsOnlyWhatIsDurable() {
    var voter = new CoreFixture(1);
    voter.tick(300);
    voter.slowDisk = true;
    voter.propose(1, 10);
    assertThat(voter.report().commitIndex()).isEqualTo(1);
    voter.force();
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  /** Figure 8: the entry of term 2 reaches a majority in term 4, but only the leader's own entry of term 4 commits it. */
  @Test
  void entryOfAnOlderTermIsNotCommittedByCounting() {
    var voter = withLimits(new CoreFixture(5, 3, 1, 2), limits(1, 1, 1000));
    voter.becomeLeader();
    assertThat(voter.term()).isEqualTo(4);
    for (int peer = 2; peer <= 3; peer++) {
      voter.refuse(voter.appendTo(peer), 0, 2);
      AppendRequest old = voter.appendTo(peer);
      assertThat(old.lastIndex()).isEqualTo(2);
      voter.acknowledge(old);
    }
    assertThat(voter.report().commitIndex()).isZero();
    AppendRequest toTwo = voter.appendTo(2);
    AppendRequest toThree = voter.appendTo(3);
    assertThat(toTwo.lastIndex()).isEqualTo(3);
    voter.acknowledge(toTwo);
    assertThat(voter.report().commitIndex()).isZero();
    voter.acknowledge(toThree);
    assertThat(voter.report().commitIndex()).isEqualTo(3);
  }

  @Test
  void refusalOfAShortLogMovesTheProbeToItsEnd() {
    var voter = new CoreFixture(3, 2, 1, 1, 1, 2);
    voter.becomeLeader();
    voter.refuse(voter.appendTo(2), 0, 2);
    assertThat(voter.appendTo(2).prevIndex()).isEqualTo(1);
  }

  @Test
  void refusalWithATermTheLeaderHasMovesTheProbeBehindItsOwnLastEntryOfThatTerm() {
    var voter = new CoreFixture(3, 4, 1, 1, 2, 2, 4, 4);
    voter.becomeLeader();
    voter.refuse(voter.appendTo(2), 2, 3);
    assertThat(voter.appendTo(2).prevIndex()).isEqualTo(4);
  }

  @Test
  void refusalWithATermTheLeaderLacksMovesTheProbeBeforeThatRun() {
    var voter = new CoreFixture(3, 4, 1, 1, 4, 4, 4, 4);
    voter.becomeLeader();
    voter.refuse(voter.appendTo(2), 3, 3);
    assertThat(voter.appendTo(2).prevIndex()).isEqualTo(2);
  }

  @Test
  void probingSendsOneAppendAtATime() {
    var voter = withLimits(new CoreFixture(3, 1, 1, 1, 1, 1), limits(8, 1, 1000));
    voter.becomeLeader();
    voter.refuse(voter.appendTo(2), 0, 1);
    voter.sent.removeIf(message -> message.envelope().to().equals(key(3)));
    assertThat(bulkTo(voter, 2).getLast().prevIndex()).isZero();
    voter.sent.clear();
    voter.propose(1, 1);
    assertThat(bulkTo(voter, 2)).isEmpty();
  }

  @Test
  void staleRefusalBelowTheMatchingPointDoesNotMoveBack() {
    var voter = withLimits(new CoreFixture(3), limits(8, 1, 1000));
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.propose(2, 10);
    List<AppendRequest> sent = bulkTo(voter, 2);
    voter.acknowledge(sent.get(1));
    voter.refuse(sent.get(0), 0, 1);
    assertThat(voter.report().peers().getFirst().matchIndex()).isEqualTo(3);
    assertThat(voter.report().peers().getFirst().nextIndex()).isEqualTo(4);
  }

  /** Found by damaging the files of real controllers: such a follower waited for ever for what its leader believed it had. */
  @Test
  void followerWhoseDiskForgotWhatItConfirmedIsFoundOutAndGetsItAgain() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.acknowledge(voter.appendTo(2));
    voter.sent.clear();
    voter.tick(50);
    AppendRequest heartbeat = voter.appendTo(2);
    voter.sent.clear();

    voter.refuse(heartbeat, 0, 1);

    assertThat(voter.noticed(RaftNotice.ConfirmedEntriesLost.class))
        .containsExactly(new RaftNotice.ConfirmedEntriesLost(key(2), 2, 1));
    assertThat(voter.report().peers().getFirst().matchIndex()).isZero();
    assertThat(bulkTo(voter, 2)).extracting(AppendRequest::prevIndex).containsExactly(0L);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.report().peers().getFirst().matchIndex()).isEqualTo(2);
  }

  /** Found by the simulator: two appends swap places, and the success of the first overtakes the refusal of the second. */
  @Test
  void entriesOfAnOvertakenRefusalAreSentAgain() {
    var voter = withLimits(new CoreFixture(3), limits(8, 1, 1000));
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.propose(2, 10);
    List<AppendRequest> sent = bulkTo(voter, 2);
    voter.sent.clear();
    voter.acknowledge(sent.get(0));
    voter.refuse(sent.get(1), 0, 2);
    assertThat(bulkTo(voter, 2)).extracting(AppendRequest::lastIndex).containsExactly(3L);
  }

  @Test
  void lostAppendIsSentAgainFromTheMatchingPoint() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.sent.clear();
    voter.tick(190);
    assertThat(bulkTo(voter, 2)).isEmpty();
    voter.tick(10);
    assertThat(bulkTo(voter, 2)).extracting(AppendRequest::lastIndex).containsExactly(2L);
  }

  @Test
  void failedTransportIsTriedAgainWhenSomethingIsAnsweredNotInALoop() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    AppendRequest failed = voter.appendTo(2);
    voter.sent.clear();
    voter.step(new RaftInput.TransportFailed(key(2), failed.envelope().requestId()));
    assertThat(voter.sent).isEmpty();
    voter.tick(50);
    assertThat(bulkTo(voter, 2)).as("nothing was answered yet").isEmpty();
    voter.acknowledge(heartbeatTo(voter, 2));
    assertThat(bulkTo(voter, 2)).hasSize(1);
  }

  /** A dead process, or another disk under its name, refuses heartbeats and entries at once; they are heartbeats then, for as long as it takes. */
  @Test
  void peerThatIsNotThereIsSentHeartbeatsOnly() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    for (int beat = 0; beat < 100; beat++) {
      voter.tick(50);
      for (AppendRequest request : voter.taken(AppendRequest.class)) {
        if (request.envelope().to().equals(key(2))) {
          assertThat(request.isHeartbeat() || beat == 0).as("beat %d", beat).isTrue();
          voter.step(new RaftInput.TransportFailed(key(2), request.envelope().requestId()));
        } else {
          voter.acknowledge(request);
        }
      }
    }
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  /** Answers that take longer than their requests count show all the same that somebody is there. */
  @Test
  void lateAnswerOpensTheWayForEntries() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.step(new RaftInput.TransportFailed(key(2), voter.appendTo(2).envelope().requestId()));
    voter.sent.clear();
    voter.tick(50);
    AppendRequest late = heartbeatTo(voter, 2);
    voter.tick(250);
    voter.sent.clear();
    voter.acknowledge(late);
    assertThat(bulkTo(voter, 2)).hasSize(1);
  }

  @Test
  void acknowledgementAfterItsTimeoutStillCounts() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    AppendRequest late = voter.appendTo(2);
    voter.tick(250);
    voter.acknowledge(late);
    assertThat(voter.report().commitIndex()).isEqualTo(2);
  }

  @Test
  void matchIndexNeverFalls() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    AppendRequest append = voter.appendTo(2);
    voter.acknowledge(append);
    voter.receive(new AppendReply(answer(append, 1), true, 1, 0, 0));
    assertThat(voter.report().peers().getFirst().matchIndex()).isEqualTo(2);
  }

  @Test
  void acknowledgementsOfAnotherTermAreDropped() {
    var voter = new CoreFixture(3, 3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    voter.receive(new AppendReply(answer(voter.appendTo(2), 3), true, 2, 0, 0));
    assertThat(voter.report().commitIndex()).isEqualTo(1);
  }

  @Test
  void acknowledgementOfWhatWasNeverSentIsFatal() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    var impossible = new AppendReply(answer(voter.appendTo(2), 1), true, 99, 0, 0);
    assertThatThrownBy(() -> voter.receive(impossible)).isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void followersLearnOfACommitAtOnceWhenNothingElseIsUnderWay() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.propose(1, 10);
    AppendRequest append = voter.appendTo(2);
    voter.sent.clear();
    voter.acknowledge(append);
    assertThat(voter.appendTo(2).leaderCommit()).isEqualTo(2);
  }
}
