package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pre-vote, stickiness and check-quorum (Q10 to Q15, Q28; Raft dissertation, sections 6.2, 9.6). */
final class PreVoteTest {
  private static AppendRequest heartbeat(CoreFixture voter, int leader, long term) {
    return new AppendRequest(voter.from(leader, term), 0, 0, List.of(), 0);
  }

  @Test
  void askingChangesNeitherTermNorVote() {
    var voter = new CoreFixture(3, 4, 1, 4);
    voter.tick(300);
    assertThat(voter.stored).isEqualTo(new HardState(4, null));
    PreVoteRequest request = voter.taken(PreVoteRequest.class).getFirst();
    assertThat(request.envelope().term()).isEqualTo(4);
    assertThat(request.proposedTerm()).isEqualTo(5);
    assertThat(request.lastLogIndex()).isEqualTo(2);
    assertThat(request.lastLogTerm()).isEqualTo(4);
  }

  @Test
  void grantingPersistsNothingResetsNoTimerAndMayBeGivenToMany() {
    var voter = new CoreFixture(3, 4);
    voter.tick(290);
    for (int peer = 2; peer <= 3; peer++) {
      RaftOutput output = voter.receive(new PreVoteRequest(voter.from(peer, 4), 5, 0, 0));
      assertThat(output.hardState()).isNull();
      assertThat(voter.onlyTaken(PreVoteReply.class).granted()).isTrue();
    }
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void receiverAdoptsNeitherTheProposedTermNorTheSenders() {
    var voter = new CoreFixture(3, 4);
    voter.receive(new PreVoteRequest(voter.from(2, 8), 9, 5, 8));
    assertThat(voter.term()).isEqualTo(4);
    PreVoteReply reply = voter.onlyTaken(PreVoteReply.class);
    assertThat(reply.granted()).isTrue();
    assertThat(reply.envelope().term()).isEqualTo(4);
  }

  @Test
  void proposedTermMustBeNew() {
    var voter = new CoreFixture(3, 4);
    voter.receive(new PreVoteRequest(voter.from(2, 3), 4, 9, 3));
    PreVoteReply reply = voter.onlyTaken(PreVoteReply.class);
    assertThat(reply.granted()).isFalse();
    assertThat(reply.envelope().term()).isEqualTo(4);
  }

  @Test
  void followerOfALiveLeaderRefusesUntilTheMinimumTimeoutHasPassed() {
    var voter = new CoreFixture(3, 4);
    voter.receive(heartbeat(voter, 2, 4));
    voter.tick(290);
    voter.sent.clear();
    voter.receive(new PreVoteRequest(voter.from(3, 4), 5, 9, 4));
    assertThat(voter.onlyTaken(PreVoteReply.class).granted()).isFalse();
    voter.tick(10);
    voter.sent.clear();
    voter.receive(new PreVoteRequest(voter.from(3, 4), 5, 9, 4));
    assertThat(voter.onlyTaken(PreVoteReply.class).granted()).isTrue();
  }

  @Test
  void leaderRefuses() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.receive(new PreVoteRequest(voter.from(3, 1), 2, 9, 1));
    assertThat(voter.onlyTaken(PreVoteReply.class).granted()).isFalse();
    assertThat(voter.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void preVotesAreNotVotes() {
    var voter = new CoreFixture(3);
    voter.tick(300);
    voter.grantPreVotes();
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void grantOfAVoterThatLagsBehindInTermsCounts() {
    var voter = new CoreFixture(3, 6);
    voter.tick(300);
    PreVoteRequest request = voter.taken(PreVoteRequest.class).getFirst();
    voter.receive(new PreVoteReply(answer(request, 2), true));
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void repliesToAnEarlierRoundDoNotCount() {
    var voter = new CoreFixture(3);
    voter.tick(300);
    PreVoteRequest old = voter.taken(PreVoteRequest.class).getFirst();
    voter.tick(200);
    assertThat(voter.taken(PreVoteRequest.class)).hasSize(2);
    voter.receive(new PreVoteReply(answer(old, 0), true));
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void lostRoundIsRepeatedAfterAShortPause() {
    var voter = new CoreFixture(3);
    voter.tick(300);
    assertThat(voter.taken(PreVoteRequest.class)).hasSize(2);
    voter.tick(190);
    assertThat(voter.taken(PreVoteRequest.class)).isEmpty();
    voter.tick(10);
    assertThat(voter.taken(PreVoteRequest.class)).hasSize(2);
  }

  @Test
  void refusedRoundIsRepeatedAfterAShortPause() {
    var voter = new CoreFixture(3);
    voter.tick(300);
    voter.taken(PreVoteRequest.class).forEach(request -> voter.receive(new PreVoteReply(answer(request, 0), false)));
    voter.tick(40);
    assertThat(voter.taken(PreVoteRequest.class)).isEmpty();
    voter.tick(10);
    assertThat(voter.taken(PreVoteRequest.class)).hasSize(2);
  }

  @Test
  void higherTermInAReplyIsHowALaggingVoterCatchesUp() {
    var voter = new CoreFixture(3, 2);
    voter.tick(300);
    PreVoteRequest request = voter.taken(PreVoteRequest.class).getFirst();
    voter.receive(new PreVoteReply(answer(request, 7), false));
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    assertThat(voter.stored).isEqualTo(new HardState(7, null));
  }

  @Test
  void leaderOfTheTermEndsTheAsking() {
    var voter = new CoreFixture(3, 2);
    voter.tick(300);
    voter.receive(heartbeat(voter, 2, 2));
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void voteRequestIsDisregardedWhileALeaderIsHeardAndNotEvenItsTermIsAdopted() {
    var voter = new CoreFixture(3, 4);
    voter.receive(heartbeat(voter, 2, 4));
    voter.sent.clear();
    RaftOutput output = voter.receive(new VoteRequest(voter.from(3, 9), 9, 8, false));
    VoteReply reply = voter.onlyTaken(VoteReply.class);
    assertThat(reply.result()).isEqualTo(VoteResult.DISREGARDED);
    assertThat(reply.envelope().term()).isEqualTo(4);
    assertThat(output.hardState()).isNull();
  }

  @Test
  void leaderDisregardsVoteRequests() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.receive(new VoteRequest(voter.from(3, 9), 9, 8, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.DISREGARDED);
    assertThat(voter.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void voterStuckAtAHigherTermDeposesTheLeaderByRefusingItsAppends() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.tick(50);
    voter.receive(new AppendReply(answer(voter.appendTo(3), 5), false, 0, 0, 1));
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    assertThat(voter.term()).isEqualTo(5);
  }

  @Test
  void leaderThatHearsNoMajorityResignsInItsOwnTerm() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.tick(500);
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    assertThat(voter.term()).isEqualTo(1);
    voter.sent.clear();
    voter.tick(100);
    assertThat(voter.taken(AppendRequest.class)).isEmpty();
  }

  @Test
  void oneAnsweringFollowerOfTwoKeepsTheLeaderInPower() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    for (int beat = 0; beat < 40; beat++) {
      voter.tick(50);
      voter.acknowledge(voter.appendTo(2));
    }
    assertThat(voter.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void contactCountsFromTheSendingOfTheAnsweredRequest() {
    var voter = new CoreFixture(3);
    voter.becomeActiveLeader();
    voter.tick(50);
    AppendRequest answeredLate = voter.appendTo(2);
    voter.tick(140);
    voter.acknowledge(answeredLate);
    voter.tick(360);
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void singleVoterLeadsWithoutAnyone() {
    var voter = new CoreFixture(1);
    voter.tick(300);
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    assertThat(voter.stored).isEqualTo(new HardState(1, CoreFixture.key(1)));
    voter.tick(2000);
    assertThat(voter.report().confirmed()).isTrue();
  }
}
