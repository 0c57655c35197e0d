package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voter;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.ObserveReply;
import io.ottla.controller.raft.RaftMessage.ObserveRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftMessage.TimeoutNowRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import io.ottla.controller.raft.RaftNotice.ProposalCommitted;
import io.ottla.controller.raft.RaftNotice.ProposalRefused;
import io.ottla.controller.raft.RaftNotice.Refusal;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Changes of the voter set, one voter at a time, at the leader (Q5, Q36 to Q38; Raft paper, section 6; dissertation, 4.1 and 4.2). */
final class MembershipTest {
  private static final VoterChange ADD_FOUR = new VoterChange.Add(voter(4));

  private static void observe(CoreFixture leader, int node) {
    leader.receive(new ObserveRequest(leader.from(node, 0), "localhost", 9000 + node));
  }

  /** Lets the voters 2 up to this one answer everything for a while. */
  private static void answering(CoreFixture leader, int upTo, int ms) {
    for (int passed = 0; passed < ms; passed += 50) {
      leader.tick(50);
      answerAll(leader, upTo);
    }
    leader.sent.clear();
  }

  private static void answerAll(CoreFixture leader, int upTo) {
    for (AppendRequest append : leader.taken(AppendRequest.class)) {
      if (append.envelope().to().nodeId() <= upTo) {
        leader.acknowledge(append);
      }
    }
  }

  /** An active leader of three with node 4 as observer that has caught up. */
  private static CoreFixture withObserver() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    observe(leader, 4);
    answering(leader, 4, 100);
    leader.notices.clear();
    return leader;
  }

  private static Refusal refused(CoreFixture node, VoterChange change) {
    long lastIndex = node.report().lastIndex();
    node.notices.clear();
    node.change(7, change);
    assertThat(node.report().lastIndex()).isEqualTo(lastIndex);
    List<ProposalRefused> refusals = node.noticed(ProposalRefused.class);
    assertThat(refusals).hasSize(1);
    return refusals.getFirst().reason();
  }

  @Test
  void followersAndLeadersThatHaveCommittedNothingInTheirTermRefuseChanges() {
    var follower = new CoreFixture(3, 2);
    follower.receive(new AppendRequest(follower.from(2, 2), 0, 0, List.of(), 0));
    follower.change(7, new VoterChange.Remove(key(3)));
    assertThat(follower.noticed(ProposalRefused.class))
        .containsExactly(new ProposalRefused(7, Refusal.NOT_LEADER, key(2)));
    var leader = new CoreFixture(3);
    leader.becomeLeader();
    assertThat(refused(leader, new VoterChange.Remove(key(3)))).isEqualTo(Refusal.NOT_LEADER);
    leader.acknowledge(leader.appendTo(2));
    leader.change(8, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 2));
  }

  /** The error of 2015: a change that an earlier leader left uncommitted must be settled by an entry of the own term first. */
  @Test
  void changeLeftByAnEarlierLeaderIsSettledBeforeTheNextOne() {
    var leader = new CoreFixture(3, 2, 1);
    leader.receive(new AppendRequest(leader.from(2, 2), 1, 1,
        List.of(new LogEntry(2, 2, EntryType.VOTER_SET, voters(1, 4).encode())), 0));
    leader.sent.clear();
    leader.becomeCandidate();
    List<VoteRequest> asked = leader.taken(VoteRequest.class);
    assertThat(asked).hasSize(3);
    asked.subList(0, 2).forEach(request -> leader.receive(new VoteReply(answer(request, 3), VoteResult.GRANTED)));
    assertThat(refused(leader, new VoterChange.Remove(key(2)))).isEqualTo(Refusal.NOT_LEADER);
    leader.tick(200);
    leader.sent.clear();
    leader.tick(50);
    for (int peer = 2; peer <= 3; peer++) {
      leader.receive(new AppendReply(answer(leader.appendTo(peer), 3), true, 3, 0, 0));
    }
    assertThat(leader.report().active()).isTrue();
    assertThat(leader.report().commitIndex()).isEqualTo(3);
    leader.change(8, new VoterChange.Remove(key(4)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 3));
  }

  @Test
  void oneChangeAtATime() {
    CoreFixture leader = withObserver();
    leader.change(1, ADD_FOUR);
    assertThat(refused(leader, new VoterChange.Remove(key(2)))).isEqualTo(Refusal.CHANGE_PENDING);
    answerAll(leader, 4);
    leader.change(2, new VoterChange.Remove(key(2)));
    assertThat(leader.report().voters().size()).isEqualTo(3);
  }

  @Test
  void voterIsNotAddedTwice() {
    CoreFixture leader = withObserver();
    assertThat(refused(leader, new VoterChange.Add(voter(2)))).isEqualTo(Refusal.ALREADY_VOTER);
  }

  @Test
  void strangersAndTheLastVoterAreNotRemoved() {
    CoreFixture leader = withObserver();
    assertThat(refused(leader, new VoterChange.Remove(key(4)))).isEqualTo(Refusal.NOT_REMOVABLE);
    var otherDisk = new ReplicaKey(2, new UUID(9, 9));
    assertThat(refused(leader, new VoterChange.Remove(otherDisk))).isEqualTo(Refusal.NOT_REMOVABLE);
    var single = new CoreFixture(1);
    single.tick(300);
    assertThat(refused(single, new VoterChange.Remove(key(1)))).isEqualTo(Refusal.NOT_REMOVABLE);
  }

  @Test
  void changesWaitForAHandOver() {
    CoreFixture leader = withObserver();
    leader.step(new RaftInput.TransferLeadership(key(2)));
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.TRANSFERRING);
  }

  @Test
  void nodeIsAddedOnlyWhenItFollowsCloselyAndAnswers() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.NOT_CAUGHT_UP);
    observe(leader, 4);
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.NOT_CAUGHT_UP);
    answering(leader, 4, 100);
    for (int at = 0; at <= RaftConfig.DEFAULT.maxAppendEntries(); at++) {
      leader.propose(at, 1);
    }
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.NOT_CAUGHT_UP);
    answering(leader, 4, 100);
    answering(leader, 3, 350);
    observe(leader, 4);
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.NOT_CAUGHT_UP);
    answering(leader, 4, 100);
    leader.change(8, ADD_FOUR);
    assertThat(leader.report().voters()).isEqualTo(voters(1, 4));
  }

  @Test
  void changeThatWouldLeaveNoAnsweringMajorityIsRefused() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    answering(leader, 2, 600);
    assertThat(refused(leader, new VoterChange.Remove(key(2)))).isEqualTo(Refusal.WOULD_LOSE_QUORUM);
    leader.change(8, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 2));
    var four = new CoreFixture(4);
    four.becomeActiveLeader();
    observe(four, 5);
    for (int beat = 0; beat < 12; beat++) { // 2, 3 and 5 answer, 4 does not
      four.tick(50);
      for (AppendRequest append : four.taken(AppendRequest.class)) {
        if (append.envelope().to().nodeId() != 4) {
          four.acknowledge(append);
        }
      }
    }
    four.change(9, new VoterChange.Add(voter(5)));
    assertThat(four.report().voters()).isEqualTo(voters(1, 5));
  }

  /** Else a leader of a moment ago could remove a living voter and keep one whose disk had died before. */
  @Test
  void silenceThatAnElectionExcusesIsNoAnswer() {
    var leader = new CoreFixture(3);
    leader.becomeLeader();
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.report().active()).isTrue();
    assertThat(refused(leader, new VoterChange.Remove(key(2)))).isEqualTo(Refusal.WOULD_LOSE_QUORUM);
    leader.change(8, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 2));
  }

  @Test
  void silenceThatAStallExcusesIsNoAnswer() {
    CoreFixture leader = withObserver();
    leader.nowMs += 2_000;
    leader.step(new RaftInput.Tick());
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    assertThat(refused(leader, new VoterChange.Remove(key(2)))).isEqualTo(Refusal.WOULD_LOSE_QUORUM);
    assertThat(refused(leader, ADD_FOUR)).isEqualTo(Refusal.NOT_CAUGHT_UP);
    answering(leader, 4, 100);
    leader.change(8, ADD_FOUR);
    assertThat(leader.report().voters()).isEqualTo(voters(1, 4));
  }

  @Test
  void addedVoterCountsFromTheAppendOfItsEntry() {
    CoreFixture leader = withObserver();
    leader.change(1, ADD_FOUR);
    assertThat(leader.report().voters()).isEqualTo(voters(1, 4));
    List<AppendRequest> appends = leader.taken(AppendRequest.class);
    assertThat(appends).hasSize(3);
    leader.acknowledge(appends.get(0));
    assertThat(leader.noticed(ProposalCommitted.class)).isEmpty();
    leader.acknowledge(appends.get(2));
    assertThat(leader.noticed(ProposalCommitted.class)).containsExactly(new ProposalCommitted(1, 2));
    assertThat(leader.report().observers()).isEmpty();
  }

  @Test
  void removedFollowerStopsCountingAtOnceAndIsServedOnAsObserver() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.change(1, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 2));
    assertThat(leader.report().observers()).containsExactly(voter(3));
    AppendRequest toRemoved = leader.appendTo(3);
    assertThat(toRemoved.entries()).extracting(LogEntry::type).containsExactly(EntryType.VOTER_SET);
    leader.acknowledge(toRemoved);
    assertThat(leader.noticed(ProposalCommitted.class)).isEmpty();
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.noticed(ProposalCommitted.class)).hasSize(1);
  }

  @Test
  void removedLeaderServesOnWithoutCountingItselfThenHandsOverAndLeaves() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.change(1, new VoterChange.Remove(key(1)));
    leader.propose(2, 10);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.report().commitIndex()).isEqualTo(1);
    AppendRequest toThree = (AppendRequest) leader.sent.stream()
        .filter(message -> message.envelope().to().equals(key(3))).findFirst().orElseThrow();
    leader.acknowledge(toThree);
    assertThat(leader.role()).isEqualTo(Role.OBSERVER);
    assertThat(leader.report().commitIndex()).isEqualTo(2);
    assertThat(leader.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(2));
    assertThat(leader.noticed(RaftNotice.ProposalIndeterminate.class))
        .containsExactly(new RaftNotice.ProposalIndeterminate(2));
    leader.tick(2_000);
    assertThat(leader.taken(PreVoteRequest.class)).isEmpty();
  }

  @Test
  void leaderThatIsLeavingIsNotOneOfTheMajorityThatItMustHear() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    answering(leader, 3, 50);
    leader.change(1, new VoterChange.Remove(key(1)));
    for (int beat = 0; beat < 11; beat++) {
      leader.tick(50);
      for (AppendRequest append : leader.taken(AppendRequest.class)) {
        if (append.envelope().to().equals(key(2)) && append.isHeartbeat()) {
          leader.acknowledge(append);
        }
      }
    }
    assertThat(leader.role()).isEqualTo(Role.OBSERVER);
  }

  @Test
  void readOfALeavingLeaderNeedsAMajorityOfTheOthers() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.change(1, new VoterChange.Remove(key(1)));
    leader.sent.clear();
    leader.step(new RaftInput.ReadIndex(5));
    AppendRequest toThree = leader.appendTo(3);
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).isEmpty();
    leader.acknowledge(toThree);
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).hasSize(1);
  }

  @Test
  void readThatAnAddedVoterDoesNotConfirmNeedsTheLargerMajority() {
    CoreFixture leader = withObserver();
    leader.step(new RaftInput.ReadIndex(5));
    AppendRequest toTwo = leader.appendTo(2);
    AppendRequest toFour = leader.appendTo(4);
    leader.change(1, ADD_FOUR);
    leader.acknowledge(toTwo);
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).isEmpty();
    leader.acknowledge(toFour);
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).hasSize(1);
  }

  @Test
  void observersNeitherCountForCommitNorForReadsNorForContact() {
    CoreFixture leader = withObserver();
    leader.propose(1, 10);
    leader.acknowledge(leader.appendTo(4));
    assertThat(leader.report().commitIndex()).isEqualTo(1);
    leader.step(new RaftInput.ReadIndex(5));
    leader.acknowledge(leader.appendTo(4));
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).isEmpty();
    for (int beat = 0; beat < 12; beat++) {
      leader.tick(50);
      answerAllOf(leader, 4);
    }
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
  }

  private static void answerAllOf(CoreFixture leader, int node) {
    for (AppendRequest append : leader.taken(AppendRequest.class)) {
      if (append.envelope().to().equals(key(node))) {
        leader.acknowledge(append);
      }
    }
  }

  @Test
  void diskIsReplacedByAddingTheNewOneThenRemovingTheOldOne() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    var fresh = new ReplicaKey(3, new UUID(9, 3));
    leader.receive(new ObserveRequest(new Envelope(CoreFixture.CLUSTER, fresh, key(1), 0, 1), "localhost", 9003));
    for (int beat = 0; beat < 12; beat++) { // the old disk of 3 is gone
      leader.tick(50);
      for (AppendRequest append : leader.taken(AppendRequest.class)) {
        if (!append.envelope().to().equals(key(3))) {
          leader.acknowledge(append);
        }
      }
    }
    assertThat(refused(leader, new VoterChange.Remove(fresh))).isEqualTo(Refusal.NOT_REMOVABLE);
    leader.change(1, new VoterChange.Add(new Voter(fresh, "localhost", 9003)));
    assertThat(leader.report().voters().size()).isEqualTo(4);
    leader.taken(AppendRequest.class).stream().filter(append -> !append.envelope().to().equals(key(3)))
        .forEach(leader::acknowledge);
    assertThat(leader.noticed(ProposalCommitted.class)).hasSize(1);
    leader.change(2, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters().contains(fresh)).isTrue();
    assertThat(leader.report().voters().contains(key(3))).isFalse();
  }

  @Test
  void observerThatFallsSilentIsForgotten() {
    CoreFixture leader = withObserver();
    answering(leader, 4, 2_900);
    assertThat(leader.report().observers()).hasSize(1);
    answering(leader, 4, 200);
    assertThat(leader.report().observers()).isEmpty();
    assertThat(leader.report().peers()).hasSize(2);
  }

  /** Q29: what was not heard while this process stood still proves nothing about observers either. */
  @Test
  void stalledLeaderForgetsNoObserver() {
    CoreFixture leader = withObserver();
    leader.nowMs += 10_000;
    leader.tick(10);
    assertThat(leader.report().observers()).hasSize(1);
  }

  @Test
  void observerOfAnEmptyLogGetsTheSnapshotAtOnce() {
    var leader = new CoreFixture(3);
    leader.configure(RaftConfig.DEFAULT.withSnapshotLimits(1_000, 2_000, 0));
    leader.becomeActiveLeader();
    leader.writeSnapshot(1, 10);
    assertThat(leader.report().firstIndex()).isEqualTo(2);
    observe(leader, 4);
    leader.sent.clear();
    leader.tick(10);
    assertThat(leader.onlyTaken(RaftMessage.SnapshotRequest.class).envelope().to()).isEqualTo(key(4));
  }

  @Test
  void onlyLeadersAcceptObserversAndNobodyAdoptsTheirTerm() {
    var follower = new CoreFixture(3, 2);
    follower.receive(new ObserveRequest(follower.from(4, 9), "localhost", 9004));
    ObserveReply reply = follower.onlyTaken(ObserveReply.class);
    assertThat(reply.accepted()).isFalse();
    assertThat(reply.envelope().term()).isEqualTo(2);
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.receive(new ObserveRequest(leader.from(4, 9), "localhost", 9004));
    assertThat(leader.onlyTaken(ObserveReply.class).accepted()).isTrue();
    assertThat(leader.term()).isEqualTo(1);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
  }

  /** Who was away for long may know none of today's leaders. */
  @Test
  void followerPassesARequestToObserveOnToItsLeaderButNeverInCircles() {
    var follower = new CoreFixture(3, 2);
    follower.receive(new AppendRequest(follower.from(2, 2), 0, 0, List.of(), 0));
    follower.sent.clear();
    follower.receive(new ObserveRequest(follower.from(9, 1), "nine", 9009));
    ObserveRequest passedOn = follower.onlyTaken(ObserveRequest.class);
    assertThat(passedOn.envelope().from()).isEqualTo(key(9));
    assertThat(passedOn.envelope().to()).isEqualTo(key(2));
    assertThat(passedOn.envelope().term()).isEqualTo(2);
    assertThat(passedOn.host()).isEqualTo("nine");
    follower.receive(new ObserveRequest(follower.from(9, 3), "nine", 9009));
    assertThat(follower.taken(ObserveRequest.class)).isEmpty();
    follower.receive(new ObserveRequest(follower.from(3, 2), "three", 9003));
    assertThat(follower.taken(ObserveRequest.class)).isEmpty();
    var lost = new CoreFixture(3, 2);
    lost.receive(new ObserveRequest(lost.from(9, 1), "nine", 9009));
    assertThat(lost.taken(ObserveRequest.class)).isEmpty();
  }

  // ---- at those who are added and removed

  @Test
  void observerShowsItselfToTheVotersVotesAndNeverCampaigns() {
    CoreFixture node = CoreFixture.observer(3, 2);
    node.tick(10);
    assertThat(node.taken(ObserveRequest.class)).extracting(request -> request.envelope().to()).containsExactly(key(2),
        key(3), key(4));
    node.tick(290);
    assertThat(node.taken(ObserveRequest.class)).isEmpty();
    node.tick(10);
    assertThat(node.taken(ObserveRequest.class)).hasSize(3);
    node.tick(3_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.receive(new VoteRequest(node.from(2, 3), 0, 0, false));
    assertThat(node.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
  }

  /** A new disk that was interrupted while it caught up knows only the voters of long ago. */
  @Test
  void observerAlsoAsksTheVotersItsDiskWasFormattedWith() {
    CoreFixture node = CoreFixture.observer(3, 2, 1);
    node.receive(new AppendRequest(node.from(2, 2), 1, 1,
        List.of(new LogEntry(2, 2, EntryType.VOTER_SET, voters(7, 7).encode())), 2));
    node.restart();
    node.tick(10);
    assertThat(node.taken(ObserveRequest.class)).extracting(request -> request.envelope().to()).containsExactly(key(7),
        key(2), key(3), key(4));
    assertThat(node.noticed(RaftNotice.PeersChanged.class))
        .containsExactly(new RaftNotice.PeersChanged(voters(7, 7), List.of(voter(2), voter(3), voter(4))));
  }

  @Test
  void voterSetIsInForceFromItsAppendAndStopsBeingSoWhenTruncated() {
    CoreFixture node = CoreFixture.observer(3, 2, 1);
    node.receive(new AppendRequest(node.from(2, 2), 1, 1,
        List.of(new LogEntry(2, 2, EntryType.VOTER_SET, voters(1, 4).encode())), 1));
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
    assertThat(node.report().voters()).isEqualTo(voters(1, 4));
    node.receive(new AppendRequest(node.from(3, 3), 1, 1, List.of(entry(2, 3)), 1));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.report().voters()).isEqualTo(voters(2, 4));
    node.tick(1_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
  }

  /** Else two voters, of which one leads and removes itself, would wait for each other for ever when it stops leading too early. */
  @Test
  void nodeWhoseRemovalIsNotKnownToBeCommittedCampaignsWithoutCountingItself() {
    var node = new CoreFixture(2);
    node.becomeActiveLeader();
    node.change(1, new VoterChange.Remove(key(1)));
    node.restart();
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.tick(300);
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    PreVoteRequest asked = node.onlyTaken(PreVoteRequest.class);
    node.receive(new PreVoteReply(answer(asked, 1), true));
    VoteRequest vote = node.onlyTaken(VoteRequest.class);
    node.receive(new VoteReply(answer(vote, 2), VoteResult.GRANTED));
    assertThat(node.role()).isEqualTo(Role.LEADER);
    node.acknowledge(node.appendTo(2));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(2));
    node.tick(2_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
  }

  /** The leader that removed it lost that entry, and with its own log is not electable any more; this node has what is needed. */
  @Test
  void nodeOfASetBetweenTheCommittedAndTheNewestOneCampaignsToo() {
    CoreFixture node = CoreFixture.observer(1, 2, 1);
    node.receive(new AppendRequest(node.from(2, 2), 1, 1,
        List.of(new LogEntry(2, 2, EntryType.VOTER_SET, voters(1, 2).encode()), entry(3, 2),
            new LogEntry(4, 2, EntryType.VOTER_SET, voters(2, 2).encode())),
        1));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.tick(300);
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    node.receive(new AppendRequest(node.from(2, 2), 4, 2, List.of(), 4));
    node.tick(1_000);
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
  }

  /** Node 1 on which a leader that nobody can reach any more has undone its addition to the voters 2 to 4. */
  private static CoreFixture undoneAddition() {
    CoreFixture node = CoreFixture.observer(3, 2, 1);
    node.receive(new AppendRequest(node.from(2, 2), 1, 1,
        List.of(new LogEntry(2, 2, EntryType.VOTER_SET, voters(1, 4).encode())), 1));
    node.receive(new AppendRequest(node.from(3, 3), 1, 1, List.of(entry(2, 3)), 1));
    node.sent.clear();
    return node;
  }

  /** Voter 2 counts on this node's vote and cannot have it, and without it nobody can win: somebody has to ask who is not refused. */
  @Test
  void nodeOnWhichAloneItsAdditionWasUndoneCampaignsForThoseWhoCountOnIt() {
    CoreFixture node = undoneAddition();
    node.tick(1_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 2, 2));
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    List<PreVoteRequest> asked = node.taken(PreVoteRequest.class);
    assertThat(asked).extracting(request -> request.envelope().to()).containsExactly(key(2), key(3), key(4));
    node.receive(new PreVoteReply(answer(asked.get(0), 3), true));
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    node.receive(new PreVoteReply(answer(asked.get(2), 3), true));
    List<VoteRequest> votes = node.taken(VoteRequest.class);
    node.receive(new VoteReply(answer(votes.get(0), 4), VoteResult.GRANTED));
    assertThat(node.role()).isEqualTo(Role.CANDIDATE);
    node.receive(new VoteReply(answer(votes.get(2), 4), VoteResult.GRANTED));
    assertThat(node.role()).isEqualTo(Role.LEADER);
    node.acknowledge(node.appendTo(2));
    assertThat(node.report().active()).isFalse();
    AppendRequest toFour = (AppendRequest) node.sent.stream()
        .filter(message -> message instanceof AppendRequest && message.envelope().to().equals(key(4))).findFirst()
        .orElseThrow();
    node.acknowledge(toFour);
    assertThat(node.report().commitIndex()).isEqualTo(3);
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(2));
  }

  /** One round for each time that somebody counts on it, in an unchanged term, and silence afterwards. */
  @Test
  void nodeThatCampaignsForOthersStopsWhenItIsRefusedOrNotAnswered() {
    CoreFixture node = undoneAddition();
    node.tick(1_000);
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 2, 2));
    List<PreVoteRequest> asked = node.taken(PreVoteRequest.class);
    node.receive(new PreVoteReply(answer(asked.get(0), 3), false));
    node.receive(new PreVoteReply(answer(asked.get(1), 3), false));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.tick(3_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 2, 2));
    assertThat(node.taken(PreVoteRequest.class)).hasSize(3);
    node.tick(CoreFixture.CONFIG.voteRoundMs());
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.tick(3_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
    assertThat(node.term()).isEqualTo(3);
  }

  @Test
  void nodeThatLosesTheElectionItWasNeededForObservesAgain() {
    CoreFixture node = undoneAddition();
    node.tick(1_000);
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 2, 2));
    node.grantPreVotes();
    node.tick(CoreFixture.CONFIG.electionMinMs());
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.term()).isEqualTo(4);
    node.tick(3_000);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
  }

  @Test
  void nodeWithoutAVoteIsNotNeededByThoseItCouldVoteForNorWhileItHearsALeader() {
    CoreFixture node = undoneAddition();
    node.tick(1_000);
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 3, 3));
    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isTrue();
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    node.receive(new AppendRequest(node.from(3, 3), 2, 3, List.of(), 1));
    node.sent.clear();
    node.receive(new PreVoteRequest(node.from(2, 3), 4, 2, 2));
    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isFalse();
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
  }

  /** A change that was undone, or one that never arrived: nobody else would tell this node what it is. */
  @Test
  void voterWithoutALeaderForLongShowsItselfLikeAnObserver() {
    var node = new CoreFixture(3, 2);
    node.receive(new AppendRequest(node.from(2, 2), 0, 0, List.of(), 0));
    node.tick(3_000);
    assertThat(node.taken(ObserveRequest.class)).isEmpty();
    node.tick(310);
    assertThat(node.taken(ObserveRequest.class)).extracting(request -> request.envelope().to()).contains(key(2),
        key(3));
  }

  @Test
  void leavingLeaderDoesNotShowItselfAsObserver() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.change(1, new VoterChange.Remove(key(1)));
    leader.sent.clear();
    leader.tick(200);
    assertThat(leader.taken(ObserveRequest.class)).isEmpty();
  }
}
