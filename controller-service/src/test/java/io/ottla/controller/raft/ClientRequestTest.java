package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftNotice.ProposalRefused;
import io.ottla.controller.raft.RaftNotice.ReadReady;
import io.ottla.controller.raft.RaftNotice.ReadRefused;
import io.ottla.controller.raft.RaftNotice.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proposals and reads: every request gets one clear answer (Q26 to Q30, Q49). */
final class ClientRequestTest {
  private static CoreFixture activeLeader(int size) {
    var voter = new CoreFixture(size);
    voter.becomeActiveLeader();
    return voter;
  }

  @Test
  void proposalIsAppendedAsOneRunOfEntries() {
    var voter = activeLeader(3);
    RaftOutput output = voter.step(new RaftInput.Propose(7, 1, List.of(new byte[1], new byte[2])));
    assertThat(output.notices()).containsExactly(new RaftNotice.ProposalAppended(7, 2, 3, 1));
    assertThat(voter.appendTo(2).entries()).extracting(LogEntry::index).containsExactly(2L, 3L);
  }

  @Test
  void followerRefusesProposalsAndNamesTheLeader() {
    var voter = new CoreFixture(3, 2);
    voter.receive(new AppendRequest(voter.from(3, 2), 0, 0, List.of(), 0));
    voter.propose(7, 1);
    assertThat(voter.noticed(ProposalRefused.class))
        .containsExactly(new ProposalRefused(7, Refusal.NOT_LEADER, key(3)));
    assertThat(voter.log.lastIndex()).isZero();
  }

  @Test
  void proposalDecidedInAnotherTermIsRefused() {
    var voter = activeLeader(3);
    voter.step(new RaftInput.Propose(7, 0, List.of(new byte[1])));
    assertThat(voter.noticed(ProposalRefused.class)).extracting(ProposalRefused::reason)
        .containsExactly(Refusal.NOT_LEADER);
  }

  @Test
  void proposalsAreRefusedWhileTooManyBytesWaitAndWelcomeAfterwards() {
    var voter = activeLeader(3);
    int half = CoreFixture.CONFIG.maxAppendBytes() / 2;
    int accepted = 0;
    while (voter.noticed(ProposalRefused.class).isEmpty()) {
      voter.propose(accepted++, half);
    }
    assertThat((long) (accepted - 1) * half).isBetween(CoreFixture.CONFIG.maxUncommittedBytes() - 2L * half,
        (long) CoreFixture.CONFIG.maxUncommittedBytes());
    long last = voter.report().lastIndex();
    voter.propose(99, half);
    assertThat(voter.noticed(ProposalRefused.class)).extracting(ProposalRefused::reason).containsExactly(Refusal.BUSY);
    assertThat(voter.report().lastIndex()).isEqualTo(last);
    voter.acknowledge(voter.appendTo(2));
    voter.propose(100, half);
    assertThat(voter.noticed(ProposalRefused.class)).isEmpty();
  }

  @Test
  void payloadLargerThanOneEntryMayBeIsRefused() {
    var voter = activeLeader(3);
    voter.propose(7, CoreFixture.CONFIG.maxEntryBytes());
    assertThat(voter.noticed(ProposalRefused.class)).extracting(ProposalRefused::reason)
        .containsExactly(Refusal.TOO_LARGE);
  }

  @Test
  void entryLargerThanAnAppendTravelsAlone() {
    var voter = activeLeader(3);
    voter.propose(7, 2 * CoreFixture.CONFIG.maxAppendBytes());
    voter.propose(8, 1);
    assertThat(voter.noticed(ProposalRefused.class)).isEmpty();
    List<AppendRequest> appends = voter.taken(AppendRequest.class);
    assertThat(appends).filteredOn(append -> append.entries().size() > 1).isEmpty();
    assertThat(appends).filteredOn(append -> !append.isHeartbeat()).isNotEmpty();
  }

  @Test
  void proposalOfADeposedLeaderIsIndeterminate() {
    var voter = activeLeader(3);
    voter.propose(7, 1);
    voter.receive(new AppendReply(voter.from(2, 5), false, 0, 0, 1));
    assertThat(voter.noticed(RaftNotice.ProposalIndeterminate.class))
        .containsExactly(new RaftNotice.ProposalIndeterminate(7));
  }

  @Test
  void resignationLeavesTheTermAndLetsOthersGoFirst() {
    var voter = activeLeader(3);
    voter.propose(7, 1);
    RaftOutput output = voter.step(new RaftInput.Resign());
    assertThat(output.hardState()).isNull();
    assertThat(output.notices()).containsExactly(new RaftNotice.ProposalIndeterminate(7),
        new RaftNotice.RoleChanged(Role.FOLLOWER, 1, null));
    voter.tick(2 * CoreFixture.CONFIG.electionMaxMs() - 10);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void readWaitsForAnswersToRequestsSentAfterItArrived() {
    var voter = activeLeader(3);
    voter.tick(50);
    AppendRequest before = voter.appendTo(2);
    voter.sent.clear();
    voter.step(new RaftInput.ReadIndex(9));
    voter.acknowledge(before);
    assertThat(voter.noticed(ReadReady.class)).isEmpty();
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(ReadReady.class)).containsExactly(new ReadReady(9, 1));
  }

  @Test
  void readSeesTheCommitIndexOfItsArrival() {
    var voter = activeLeader(3);
    voter.propose(1, 1);
    AppendRequest append = voter.appendTo(2);
    voter.sent.clear();
    voter.step(new RaftInput.ReadIndex(9));
    AppendRequest round = voter.appendTo(3);
    voter.acknowledge(append);
    assertThat(voter.report().commitIndex()).isEqualTo(2);
    voter.acknowledge(round);
    assertThat(voter.noticed(ReadReady.class)).containsExactly(new ReadReady(9, 1));
  }

  @Test
  void readNeedsAMajority() {
    var voter = activeLeader(5);
    voter.step(new RaftInput.ReadIndex(9));
    AppendRequest toThree = voter.appendTo(3);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(ReadReady.class)).isEmpty();
    voter.acknowledge(toThree);
    assertThat(voter.noticed(ReadReady.class)).hasSize(1);
  }

  @Test
  void oneRoundServesAllReadsThatCameBeforeIt() {
    var voter = activeLeader(3);
    voter.step(new RaftInput.ReadIndex(1));
    AppendRequest first = voter.appendTo(2);
    voter.sent.clear();
    voter.step(new RaftInput.ReadIndex(2));
    voter.step(new RaftInput.ReadIndex(3));
    assertThat(voter.sent).isEmpty();
    voter.acknowledge(first);
    assertThat(voter.noticed(ReadReady.class)).extracting(ReadReady::readId).containsExactly(1L);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(ReadReady.class)).extracting(ReadReady::readId).containsExactly(2L, 3L);
  }

  @Test
  void refusalOfTheLogConfirmsLeadershipAllTheSame() {
    var voter = activeLeader(3);
    voter.step(new RaftInput.ReadIndex(9));
    voter.refuse(voter.appendTo(2), 0, 1);
    assertThat(voter.noticed(ReadReady.class)).hasSize(1);
  }

  @Test
  void lostRoundIsMadeUpByTheNextHeartbeat() {
    var voter = activeLeader(3);
    voter.step(new RaftInput.ReadIndex(9));
    voter.sent.clear();
    voter.tick(50);
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(ReadReady.class)).hasSize(1);
  }

  @Test
  void readsAreRefusedByFollowersAndByLeadersThatLoseTheirTerm() {
    var follower = new CoreFixture(3, 2);
    follower.receive(new AppendRequest(follower.from(3, 2), 0, 0, List.of(), 0));
    follower.step(new RaftInput.ReadIndex(1));
    assertThat(follower.noticed(ReadRefused.class)).containsExactly(new ReadRefused(1, key(3)));
    var leader = activeLeader(3);
    leader.step(new RaftInput.ReadIndex(2));
    leader.tick(520);
    assertThat(leader.noticed(ReadRefused.class)).containsExactly(new ReadRefused(2, null));
  }

  @Test
  void singleVoterReadsAtOnce() {
    var voter = new CoreFixture(1);
    voter.tick(300);
    voter.step(new RaftInput.ReadIndex(9));
    assertThat(voter.noticed(ReadReady.class)).containsExactly(new ReadReady(9, 1));
  }

  @Test
  void stalledLeaderServesNoReadAndIsUnconfirmedUntilAMajorityAnswersAgain() {
    var voter = activeLeader(3);
    voter.step(new RaftInput.ReadIndex(9));
    AppendRequest beforeStall = voter.appendTo(2);
    voter.nowMs += 3000;
    voter.step(new RaftInput.Tick());
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    assertThat(voter.report().confirmed()).isFalse();
    voter.receive(new AppendReply(answer(beforeStall, 1), true, 1, 0, 0));
    assertThat(voter.noticed(ReadReady.class)).isEmpty();
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.noticed(ReadReady.class)).hasSize(1);
    assertThat(voter.report().confirmed()).isTrue();
  }

  @Test
  void stalledLeaderGetsOneNewCheckQuorumWindow() {
    var voter = activeLeader(3);
    voter.nowMs += 3000;
    voter.step(new RaftInput.Tick());
    voter.tick(500);
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
  }

  /** Where every tick is late, silence would otherwise be excused for ever. */
  @Test
  void leaderThatStallsAgainAndAgainNoticesThatNobodyAnswers() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    for (int tick = 0; tick < 10; tick++) {
      voter.nowMs += 200;
      voter.step(new RaftInput.Tick());
    }
    assertThat(voter.role()).isNotEqualTo(Role.LEADER);
  }

  @Test
  void leaderThatStallsAgainAndAgainStaysWhileAMajorityAnswers() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    for (int tick = 0; tick < 30; tick++) {
      voter.nowMs += 600;
      voter.step(new RaftInput.Tick());
      assertThat(voter.role()).isEqualTo(Role.LEADER);
      voter.acknowledge(voter.appendTo(2));
      voter.sent.clear();
    }
  }

  @Test
  void stalledFollowerRestartsItsDeadlineOnce() {
    var voter = new CoreFixture(3, 2);
    voter.nowMs += 3000;
    voter.step(new RaftInput.Tick());
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    voter.tick(290);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void voterWhoseEveryTickIsLateCampaignsNevertheless() {
    var voter = new CoreFixture(3, 2);
    for (int late = 0; late < 4; late++) {
      voter.nowMs += 200;
      voter.step(new RaftInput.Tick());
    }
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  /** Section 8: only the entry that opens the term tells a new leader what is committed; no read is served before. */
  @Test
  void readOfANewLeaderSeesEverythingThatEarlierLeadersCommitted() {
    var leader = new CoreFixture(3, 2, 1, 1, 2);
    leader.becomeLeader();
    leader.notices.clear();
    leader.step(new RaftInput.ReadIndex(1));
    assertThat(leader.noticed(ReadRefused.class)).hasSize(1);
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.report().commitIndex()).isEqualTo(4);
    leader.step(new RaftInput.ReadIndex(2));
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.noticed(ReadReady.class)).containsExactly(new ReadReady(2, 4));
  }

  /** Section 8 and Q29: a leader that another one has replaced finds out before it answers. */
  @Test
  void readOfADeposedLeaderIsNeverAnswered() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.step(new RaftInput.ReadIndex(1));
    AppendRequest round = leader.appendTo(2);
    leader.receive(new AppendReply(CoreFixture.answer(round, 2), false, 0, 0, 1));
    leader.acknowledge(leader.appendTo(3));
    assertThat(leader.noticed(ReadReady.class)).isEmpty();
  }
}
