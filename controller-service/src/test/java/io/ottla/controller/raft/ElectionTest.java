package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import io.ottla.controller.raft.port.MemoryRaftLog;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Raft paper, sections 5.1, 5.2 and 5.4.1: terms, votes, election restriction. */
final class ElectionTest {
  private static AppendRequest heartbeat(CoreFixture voter, int leader, long term) {
    return new AppendRequest(voter.from(leader, term), 0, 0, List.of(), 0);
  }

  @Test
  void votersStartAsFollowers() {
    assertThat(new CoreFixture(3).role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void followerStaysFollowerWhileItHearsALeader() {
    var voter = new CoreFixture(3, 2);
    for (int beat = 0; beat < 20; beat++) {
      voter.tick(250);
      voter.receive(heartbeat(voter, 2, 2));
    }
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    assertThat(voter.report().leader()).isEqualTo(key(2));
    assertThat(voter.taken(PreVoteRequest.class)).isEmpty();
  }

  @Test
  void followerThatHearsNobodyStartsAnElectionAfterItsTimeout() {
    var voter = new CoreFixture(3, 2);
    voter.tick(290);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void electionTimeoutsAreDrawnAnewFromTheWholeRange() {
    int[] draw = {0};
    RandomSource random = new RandomSource() {
      @Override
      public int nextInt(int bound) {
        return draw[0] % bound;
      }

      @Override
      public long nextLong() {
        return 0;
      }
    };
    for (int drawn : new int[] {0, 150, 299}) {
      draw[0] = drawn;
      var fixture = new CoreFixture(3);
      var core = new RaftCore(new RaftIdentity("c", key(1), fixture.voters), null, CoreFixture.CONFIG,
          HardState.INITIAL,
          new MemoryRaftLog(), new MemorySnapshotStore(), random, 0);
      long firedMs = 0;
      while (core.report(firedMs).role() == Role.FOLLOWER) {
        firedMs += 1;
        core.step(new RaftInput.Tick(), firedMs);
      }
      assertThat(firedMs).isEqualTo(300 + drawn);
    }
  }

  @Test
  void candidateRaisesItsTermAndVotesForItselfDurablyBeforeAskingForVotes() {
    var voter = new CoreFixture(3, 4, 1, 4);
    voter.tick(300);
    PreVoteRequest preVote = voter.taken(PreVoteRequest.class).getFirst();
    RaftOutput output = voter.receive(new PreVoteReply(answer(preVote, 4), true));
    assertThat(output.hardState()).isEqualTo(new HardState(5, key(1)));
    assertThat(DurabilityOrder.effects(output).getFirst())
        .isEqualTo(new RaftEffect.PersistHardState(new HardState(5, key(1))));
    List<VoteRequest> requests = voter.taken(VoteRequest.class);
    assertThat(requests).extracting(request -> request.envelope().to()).containsExactly(key(2), key(3));
    assertThat(requests).allMatch(
        request -> request.envelope().term() == 5 && request.lastLogIndex() == 2 && request.lastLogTerm() == 4);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 1", "4, 2", "5, 2", "7, 3"})
  void candidateLeadsWithTheVotesOfAMajority(int size, int votesNeeded) {
    var voter = new CoreFixture(size);
    voter.tick(300);
    voter.grantPreVotes();
    List<VoteRequest> requests = voter.taken(VoteRequest.class);
    for (int vote = 0; vote < votesNeeded; vote++) {
      assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
      voter.receive(new VoteReply(answer(requests.get(vote), 1), VoteResult.GRANTED));
    }
    assertThat(voter.role()).isEqualTo(Role.LEADER);
    assertThat(voter.term()).isEqualTo(1);
  }

  @Test
  void votesOfOneVoterCountOnce() {
    var voter = new CoreFixture(5);
    voter.becomeCandidate();
    VoteRequest request = voter.taken(VoteRequest.class).getFirst();
    for (int copy = 0; copy < 3; copy++) {
      voter.receive(new VoteReply(answer(request, 1), VoteResult.GRANTED));
    }
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void votesOfAnotherDiskWithTheSameNodeIdDoNotCount() {
    var voter = new CoreFixture(3);
    voter.becomeCandidate();
    var wiped = new Envelope(CoreFixture.CLUSTER, new ReplicaKey(2, new UUID(9, 9)), key(1), 1, 900);
    voter.receive(new VoteReply(wiped, VoteResult.GRANTED));
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void votesOfAnEarlierTermDoNotCount() {
    var voter = new CoreFixture(3);
    voter.becomeCandidate();
    VoteRequest old = voter.taken(VoteRequest.class).getFirst();
    voter.tick(300);
    voter.grantPreVotes();
    assertThat(voter.term()).isEqualTo(2);
    voter.receive(new VoteReply(answer(old, 1), VoteResult.GRANTED));
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void candidateRefusedByAMajorityGoesBackToAsking() {
    var voter = new CoreFixture(3);
    voter.becomeCandidate();
    for (VoteRequest request : voter.taken(VoteRequest.class)) {
      voter.receive(new VoteReply(answer(request, 1), VoteResult.REFUSED));
    }
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(voter.term()).isEqualTo(1);
    voter.tick(50);
    assertThat(voter.taken(PreVoteRequest.class)).hasSize(2);
  }

  @Test
  void candidateAsksAgainThoseWhoseAnswerGotLost() {
    var voter = new CoreFixture(5);
    voter.becomeCandidate();
    VoteRequest answered = voter.taken(VoteRequest.class).getFirst();
    voter.receive(new VoteReply(answer(answered, 1), VoteResult.GRANTED));
    voter.tick(150);
    assertThat(voter.taken(VoteRequest.class)).extracting(request -> request.envelope().to()).containsExactly(key(3),
        key(4), key(5));
    assertThat(voter.term()).isEqualTo(1);
  }

  @Test
  void candidateWithoutAMajorityInOneElectionTimeoutAsksAnewInTheSameTerm() {
    var voter = new CoreFixture(3);
    voter.becomeCandidate();
    voter.tick(300);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(voter.term()).isEqualTo(1);
  }

  @Test
  void candidateFollowsTheLeaderOfItsTerm() {
    var voter = new CoreFixture(3);
    voter.becomeCandidate();
    voter.receive(heartbeat(voter, 2, 1));
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    assertThat(voter.report().leader()).isEqualTo(key(2));
    assertThat(voter.report().votedFor()).isEqualTo(key(1));
  }

  @Test
  void candidateIgnoresALeaderOfAnEarlierTerm() {
    var voter = new CoreFixture(3, 3);
    voter.becomeCandidate();
    voter.sent.clear();
    voter.receive(heartbeat(voter, 2, 3));
    assertThat(voter.role()).isEqualTo(Role.CANDIDATE);
    assertThat(voter.onlyTaken(AppendReply.class).envelope().term()).isEqualTo(4);
  }

  @Test
  void voteIsGivenOnceATermFirstComeFirstServed() {
    var voter = new CoreFixture(3, 1);
    RaftOutput output = voter.receive(new VoteRequest(voter.from(2, 2), 0, 0, false));
    assertThat(output.hardState()).isEqualTo(new HardState(2, key(2)));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
    voter.receive(new VoteRequest(voter.from(3, 2), 9, 2, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
  }

  @Test
  void voteIsGivenAgainToTheSameCandidateSinceItsReplyMayBeLost() {
    var voter = new CoreFixture(3, 1);
    for (int copy = 0; copy < 2; copy++) {
      voter.receive(new VoteRequest(voter.from(2, 2), 0, 0, false));
      assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
    }
  }

  @Test
  void voteIsRememberedAcrossARestart() {
    var voter = new CoreFixture(3, 1);
    voter.receive(new VoteRequest(voter.from(2, 2), 0, 0, false));
    voter.restart();
    voter.receive(new VoteRequest(voter.from(3, 2), 9, 2, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
    assertThat(voter.stored).isEqualTo(new HardState(2, key(2)));
  }

  @Test
  void grantedVoteGivesTheCandidateAFullTimeout() {
    var voter = new CoreFixture(3, 1);
    voter.tick(290);
    voter.receive(new VoteRequest(voter.from(2, 2), 0, 0, false));
    voter.tick(290);
    assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void refusedVoteDoesNotPostponeTheOwnElection() {
    var voter = new CoreFixture(3, 2, 1, 2);
    voter.tick(290);
    voter.receive(new VoteRequest(voter.from(2, 2), 0, 0, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  /** Q19: a candidate that cannot win, in one term after the other, must not keep those who can from campaigning. */
  @Test
  void refusedVoteOfAHigherTermDoesNotPostponeTheOwnElection() {
    var voter = new CoreFixture(3, 2, 1, 2);
    voter.tick(290);
    voter.receive(new VoteRequest(voter.from(2, 7), 0, 0, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
    assertThat(voter.term()).isEqualTo(7);
    voter.tick(10);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void voteRequestOfAnEarlierTermIsRefusedInTheOwnTerm() {
    var voter = new CoreFixture(3, 5);
    RaftOutput output = voter.receive(new VoteRequest(voter.from(2, 4), 9, 4, false));
    assertThat(output.hardState()).isNull();
    VoteReply reply = voter.onlyTaken(VoteReply.class);
    assertThat(reply.result()).isEqualTo(VoteResult.REFUSED);
    assertThat(reply.envelope().term()).isEqualTo(5);
  }

  /** Section 5.4.1: the log of three entries ends in term 3. */
  @ParameterizedTest
  @CsvSource({"4, 1, true", "3, 3, true", "3, 4, true", "3, 2, false", "2, 9, false", "0, 0, false"})
  void voteGoesToLogsThatAreAtLeastAsUpToDate(long lastTerm, long lastIndex, boolean granted) {
    var voter = new CoreFixture(3, 3, 1, 2, 3);
    voter.receive(new VoteRequest(voter.from(2, 5), lastIndex, lastTerm, false));
    assertThat(voter.onlyTaken(VoteReply.class).result()).isEqualTo(granted ? VoteResult.GRANTED : VoteResult.REFUSED);
    assertThat(voter.term()).isEqualTo(5);
    voter = new CoreFixture(3, 3, 1, 2, 3);
    voter.receive(new PreVoteRequest(voter.from(2, 4), 5, lastIndex, lastTerm));
    assertThat(voter.onlyTaken(PreVoteReply.class).granted()).isEqualTo(granted);
    assertThat(voter.term()).isEqualTo(3);
  }

  @Test
  void logNotYetDurableCountsForElections() {
    var voter = new CoreFixture(3, 1, 1);
    voter.slowDisk = true;
    voter.receive(new AppendRequest(voter.from(2, 1), 1, 1, List.of(CoreFixture.entry(2, 1)), 0));
    voter.tick(300);
    assertThat(voter.taken(PreVoteRequest.class).getFirst().lastLogIndex()).isEqualTo(2);
  }

  @Test
  void anyReplyOfAHigherTermDeposesALeader() {
    for (int kind = 0; kind < 3; kind++) {
      var voter = new CoreFixture(3);
      voter.becomeActiveLeader();
      Envelope higher = voter.from(2, 7);
      RaftOutput output = voter.receive(switch (kind) {
        case 0 -> new AppendReply(higher, false, 0, 0, 1);
        case 1 -> new VoteReply(higher, VoteResult.REFUSED);
        default -> new PreVoteReply(higher, false);
      });
      assertThat(output.hardState()).isEqualTo(new HardState(7, null));
      assertThat(voter.role()).isEqualTo(Role.FOLLOWER);
    }
  }

  @Test
  void termIsDurableBeforeAnyMessageOfThatTerm() {
    var voter = new CoreFixture(3, 1);
    RaftOutput output = voter.receive(heartbeat(voter, 2, 6));
    assertThat(DurabilityOrder.effects(output).getFirst())
        .isEqualTo(new RaftEffect.PersistHardState(new HardState(6, null)));
    assertThat(voter.onlyTaken(AppendReply.class).envelope().term()).isEqualTo(6);
  }

  @Test
  void logOfATermThatWasNeverStoredIsRefusedAtStart() {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> new CoreFixture(3, 1, 1, 2))
        .isInstanceOf(RaftInvariantException.class);
  }
}
