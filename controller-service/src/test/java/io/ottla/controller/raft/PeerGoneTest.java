package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hint that a peer's process is gone: it shortens a wait and decides nothing (Q10 to Q19 still do). */
final class PeerGoneTest {
  private static AppendRequest heartbeat(CoreFixture node, int leader) {
    return new AppendRequest(node.from(leader, 2), 0, 0, List.of(), 0);
  }

  private static CoreFixture followerOf(int size, int leader) {
    var node = new CoreFixture(size, 2);
    node.receive(heartbeat(node, leader));
    node.sent.clear();
    return node;
  }

  /** Voter 2 of 3, with one entry of leader 3. */
  private static CoreFixture secondInRank() {
    CoreFixture second = CoreFixture.observer(2, 2);
    second.receive(new AppendRequest(second.from(3, 2), 0, 0,
        List.of(new LogEntry(1, 2, EntryType.VOTER_SET, CoreFixture.voters(0, 3).encode())), 0));
    return second;
  }

  @Test
  void firstInRankCampaignsAtOnceWhenItsLeaderIsGone() {
    CoreFixture node = followerOf(3, 3);
    node.step(new RaftInput.PeerGone(key(3)));
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(node.term()).isEqualTo(2);
    assertThat(node.taken(PreVoteRequest.class)).hasSize(2);
  }

  @Test
  void nextInRankWaitsAMomentForTheFirst() {
    CoreFixture second = secondInRank();
    second.step(new RaftInput.PeerGone(key(3)));
    second.tick(40);
    assertThat(second.role()).isEqualTo(Role.FOLLOWER);
    second.tick(10);
    assertThat(second.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  /** Seen on real processes: under load one survivor often has an entry more than the other, and only that one can win. */
  @Test
  void whoeverHasMoreOfTheLogTakesTheTurnOfACandidateThatCannotWin() {
    CoreFixture second = secondInRank();
    second.receive(new PreVoteRequest(second.from(1, 2), 3, 0, 0));
    assertThat(second.role()).isEqualTo(Role.FOLLOWER);
    second.step(new RaftInput.PeerGone(key(3)));
    second.sent.clear();

    second.receive(new PreVoteRequest(second.from(1, 2), 3, 0, 0));

    assertThat(second.onlyTaken(PreVoteReply.class).granted()).isFalse();
    assertThat(second.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  /** The first in rank was told earlier and was turned away: until it asks again, this one may as well. */
  @Test
  void whoTurnedTheFirstAwayBeforeItWasToldDoesNotWaitForItsTurn() {
    CoreFixture second = secondInRank();
    second.receive(new PreVoteRequest(second.from(1, 2), 3, 1, 2));
    assertThat(second.onlyTaken(PreVoteReply.class).granted()).isFalse();
    second.step(new RaftInput.PeerGone(key(3)));
    assertThat(second.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(second.term()).isEqualTo(2);
  }

  /** The same where the first could not win anyway, lacking an entry, as often under load. */
  @Test
  void whoRefusedTheFirstForItsLogDoesNotWaitForItsTurnEither() {
    CoreFixture second = secondInRank();
    second.receive(new PreVoteRequest(second.from(0, 2), 3, 0, 0));
    second.step(new RaftInput.PeerGone(key(3)));
    assertThat(second.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void whoRefusedAnOutdatedTermWaitsForItsTurn() {
    CoreFixture second = secondInRank();
    second.receive(new PreVoteRequest(second.from(1, 2), 2, 1, 2));
    assertThat(second.onlyTaken(PreVoteReply.class).granted()).isFalse();
    second.step(new RaftInput.PeerGone(key(3)));
    second.tick(40);
    assertThat(second.role()).isEqualTo(Role.FOLLOWER);
  }

  /** Seen on real processes: the first still waited for this voter's answer when its turn came, and both became candidates. */
  @Test
  void whoGrantsToTheFirstLetsItsOwnTurnPass() {
    CoreFixture second = secondInRank();
    second.step(new RaftInput.PeerGone(key(3)));
    second.tick(40);
    second.receive(new PreVoteRequest(second.from(1, 2), 3, 1, 2));
    assertThat(second.onlyTaken(PreVoteReply.class).granted()).isTrue();
    second.tick(40);
    assertThat(second.role()).isEqualTo(Role.FOLLOWER);
    second.tick(10);
    assertThat(second.role()).as("the first has not come back with its candidacy").isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void hintEndsTheProtectionOfTheLeader() {
    CoreFixture node = followerOf(3, 3);
    node.receive(new PreVoteRequest(node.from(2, 2), 3, 0, 0));
    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isFalse();
    node.step(new RaftInput.PeerGone(key(3)));
    node.receive(new PreVoteRequest(node.from(2, 2), 3, 0, 0));
    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isTrue();
    node.receive(new VoteRequest(node.from(2, 3), 0, 0, false));
    assertThat(node.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
  }

  @Test
  void voteGivenToTheFirstKeepsTheNextFromCampaigning() {
    CoreFixture node = followerOf(3, 3);
    node.step(new RaftInput.PeerGone(key(3)));
    node.receive(new VoteRequest(node.from(2, 3), 0, 0, false));
    node.sent.clear();
    node.tick(290);
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
  }

  @Test
  void hintAboutAnotherThanTheLeaderChangesNothing() {
    CoreFixture node = followerOf(3, 3);
    node.step(new RaftInput.PeerGone(key(2)));
    node.tick(290);
    assertThat(node.sent).isEmpty();
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
    node.receive(new PreVoteRequest(node.from(2, 2), 3, 0, 0));
    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isFalse();
  }

  @Test
  void falseHintCostsOneRefusedRoundAndNoTerm() {
    CoreFixture node = followerOf(3, 3);
    node.step(new RaftInput.PeerGone(key(3)));
    List<PreVoteRequest> asked = node.taken(PreVoteRequest.class);
    assertThat(asked).hasSize(2);
    asked.forEach(request -> node.receive(new PreVoteReply(answer(request, 2), false)));
    node.receive(heartbeat(node, 3));
    node.sent.clear();
    for (int beat = 0; beat < 40; beat++) {
      node.tick(50);
      node.receive(heartbeat(node, 3));
    }
    assertThat(node.taken(PreVoteRequest.class)).isEmpty();
    assertThat(node.stored).isEqualTo(new HardState(2, null));
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void leaderThatSpeaksAgainBeforeTheCampaignIsFollowedOn() {
    CoreFixture second = secondInRank();
    second.step(new RaftInput.PeerGone(key(3)));
    second.receive(new AppendRequest(second.from(3, 2), 1, 2, List.of(), 0));
    second.tick(290);
    assertThat(second.taken(PreVoteRequest.class)).isEmpty();
  }

  @Test
  void observersAndLeadersIgnoreTheHint() {
    CoreFixture observer = CoreFixture.observer(3, 2);
    observer.receive(heartbeat(observer, 3));
    observer.step(new RaftInput.PeerGone(key(3)));
    observer.tick(1_000);
    assertThat(observer.taken(PreVoteRequest.class)).isEmpty();
    assertThat(observer.role()).isEqualTo(Role.OBSERVER);
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    assertThat(leader.step(new RaftInput.PeerGone(key(2))).messages()).isEmpty();
    assertThat(leader.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void ofTwoThatAskAtTheSameTimeTheOneWithTheHigherIdGivesWay() {
    CoreFixture node = new CoreFixture(CoreFixture.voters(0, 2), 2);
    node.receive(heartbeat(node, 2));
    node.sent.clear();
    node.step(new RaftInput.PeerGone(key(2)));
    node.tick(100);
    PreVoteRequest asked = node.taken(PreVoteRequest.class).getFirst();
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);

    node.receive(new PreVoteRequest(node.from(0, 2), 3, 0, 0));

    assertThat(node.onlyTaken(PreVoteReply.class).granted()).isTrue();
    node.receive(new PreVoteReply(CoreFixture.answer(asked, 2), true));
    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    node.tick(160);
    assertThat(node.taken(PreVoteRequest.class)).hasSize(2);
  }

  /** Votes split between two of three, the third dead: an election timeout more would be of no use. */
  @Test
  void splitVoteBesideADeadVoterEndsTheCandidacyAtOnce() {
    CoreFixture node = followerOf(3, 3);
    node.becomeCandidate();
    long term = node.term();
    List<VoteRequest> asked = node.taken(VoteRequest.class);
    node.step(new RaftInput.TransportFailed(key(3), asked.getLast().envelope().requestId()));
    assertThat(node.role()).isEqualTo(Role.CANDIDATE);

    node.receive(new VoteReply(CoreFixture.answer(asked.getFirst(), term), VoteResult.REFUSED));

    assertThat(node.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(node.term()).isEqualTo(term);
  }
}
