package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.TimeoutNowReply;
import io.ottla.controller.raft.RaftMessage.TimeoutNowRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import io.ottla.controller.raft.RaftNotice.ProposalRefused;
import io.ottla.controller.raft.RaftNotice.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hand-over of leadership, at the leader and at its target (Q39; Raft dissertation, section 3.10). */
final class TransferTest {
  private static CoreFixture leader() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    return leader;
  }

  private static void transfer(CoreFixture leader, int target) {
    leader.step(new RaftInput.TransferLeadership(key(target)));
  }

  private static Refusal refusal(CoreFixture leader) {
    leader.notices.clear();
    leader.propose(99, 10);
    List<ProposalRefused> refused = leader.noticed(ProposalRefused.class);
    assertThat(refused).hasSize(1);
    return refused.getFirst().reason();
  }

  @Test
  void targetThatHasEverythingIsAskedAtOnce() {
    CoreFixture leader = leader();
    transfer(leader, 3);
    assertThat(leader.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(3));
    assertThat(leader.report().transferring()).isTrue();
    assertThat(leader.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void targetThatLagsIsAskedWhenItHasTheWholeLog() {
    CoreFixture leader = leader();
    leader.propose(1, 10);
    leader.propose(2, 10);
    List<AppendRequest> toThree = leader.taken(AppendRequest.class).stream()
        .filter(append -> append.envelope().to().equals(key(3))).toList();
    transfer(leader, 3);
    assertThat(leader.taken(TimeoutNowRequest.class)).isEmpty();
    leader.acknowledge(toThree.get(0));
    assertThat(leader.taken(TimeoutNowRequest.class)).isEmpty();
    leader.acknowledge(toThree.get(1));
    assertThat(leader.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(3));
  }

  @Test
  void withoutAWishTheOneThatIsFurthestAndAnswersIsAsked() {
    CoreFixture leader = leader();
    leader.propose(1, 10);
    leader.acknowledge(leader.appendTo(3));
    leader.sent.clear();
    leader.step(new RaftInput.TransferLeadership(null));
    assertThat(leader.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(3));
  }

  @Test
  void ofEqualsTheOneThatHasBeenThereLongestIsAsked() {
    CoreFixture leader = leader();
    leader.tick(50);
    AppendRequest lost = leader.appendTo(2);
    leader.step(new RaftInput.TransportFailed(key(2), lost.envelope().requestId()));
    leader.propose(1, 10);
    leader.acknowledge(leader.appendTo(2));
    leader.acknowledge(leader.appendTo(3));
    leader.sent.clear();
    leader.step(new RaftInput.TransferLeadership(null));
    assertThat(leader.onlyTaken(TimeoutNowRequest.class).envelope().to()).isEqualTo(key(3));
  }

  @Test
  void proposalsAreRefusedDuringTheHandOverAndReadsServed() {
    CoreFixture leader = leader();
    transfer(leader, 2);
    assertThat(refusal(leader)).isEqualTo(Refusal.TRANSFERRING);
    leader.step(new RaftInput.ReadIndex(5));
    leader.acknowledge(leader.appendTo(2));
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).hasSize(1);
  }

  @Test
  void requestThatMayBeLostIsRepeated() {
    CoreFixture leader = leader();
    transfer(leader, 2);
    leader.sent.clear();
    leader.tick(40);
    assertThat(leader.taken(TimeoutNowRequest.class)).isEmpty();
    leader.tick(60);
    assertThat(leader.taken(TimeoutNowRequest.class)).isNotEmpty();
  }

  @Test
  void leaderGoesOnWhenTheTargetHasNotWonWithinAnElectionTimeout() {
    CoreFixture leader = leader();
    transfer(leader, 2);
    leader.tick(290);
    assertThat(refusal(leader)).isEqualTo(Refusal.TRANSFERRING);
    leader.tick(10);
    leader.notices.clear();
    leader.propose(1, 10);
    assertThat(leader.noticed(RaftNotice.ProposalAppended.class)).hasSize(1);
    leader.sent.clear();
    leader.tick(100);
    assertThat(leader.taken(TimeoutNowRequest.class)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1", "4"})
  void handOverToItselfOrToAStrangerChangesNothing(int target) {
    CoreFixture leader = leader();
    transfer(leader, target);
    assertThat(leader.report().transferring()).isFalse();
    assertThat(leader.sent).isEmpty();
  }

  @Test
  void handOverNeedsAnActiveLeaderAndRunsOnce() {
    var follower = new CoreFixture(3);
    transfer(follower, 2);
    assertThat(follower.sent).isEmpty();
    var inactive = new CoreFixture(3);
    inactive.becomeLeader();
    transfer(inactive, 2);
    assertThat(inactive.report().transferring()).isFalse();
    CoreFixture leader = leader();
    transfer(leader, 2);
    leader.sent.clear();
    transfer(leader, 3);
    assertThat(leader.sent).isEmpty();
  }

  @Test
  void removalOfTheTargetEndsTheHandOver() {
    CoreFixture leader = leader();
    leader.propose(1, 10);
    leader.sent.clear();
    leader.change(2, new VoterChange.Remove(key(3)));
    assertThat(leader.report().voters()).isEqualTo(voters(1, 2));
    transfer(leader, 3);
    assertThat(leader.report().transferring()).isFalse();
  }

  @Test
  void electionOfTheTargetDeposesThisLeaderAlthoughItIsAlive() {
    CoreFixture leader = leader();
    leader.propose(1, 10);
    leader.acknowledge(leader.appendTo(2));
    leader.notices.clear();
    transfer(leader, 2);
    leader.sent.clear();
    leader.receive(new VoteRequest(leader.from(2, 2), 2, 1, false));
    assertThat(leader.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.DISREGARDED);
    leader.receive(new VoteRequest(leader.from(2, 2), 2, 1, true));
    assertThat(leader.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
  }

  // ---- at the target

  private static CoreFixture follower() {
    var node = new CoreFixture(3, 2, 1, 2);
    node.receive(new AppendRequest(node.from(2, 2), 2, 2, List.of(), 2));
    node.sent.clear();
    return node;
  }

  @Test
  void targetCampaignsWithoutAskingFirstAndWithoutWaiting() {
    CoreFixture node = follower();
    RaftOutput output = node.receive(new TimeoutNowRequest(node.from(2, 2)));
    assertThat(output.hardState()).isEqualTo(new HardState(3, key(1)));
    List<VoteRequest> votes = node.sent.stream().filter(VoteRequest.class::isInstance).map(VoteRequest.class::cast)
        .toList();
    assertThat(votes).hasSize(2).allMatch(VoteRequest::transfer);
    assertThat(node.onlyTaken(TimeoutNowReply.class).campaigning()).isTrue();
  }

  @Test
  void repeatedAndOutdatedRequestsMeanNothing() {
    CoreFixture node = follower();
    node.receive(new TimeoutNowRequest(node.from(2, 2)));
    node.sent.clear();
    node.receive(new TimeoutNowRequest(node.from(2, 2)));
    assertThat(node.onlyTaken(TimeoutNowReply.class).campaigning()).isFalse();
    assertThat(node.term()).isEqualTo(3);
  }

  @Test
  void observerDoesNotTakeOver() {
    CoreFixture node = CoreFixture.observer(3, 2, 1, 2);
    node.receive(new TimeoutNowRequest(node.from(2, 2)));
    assertThat(node.onlyTaken(TimeoutNowReply.class).campaigning()).isFalse();
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.term()).isEqualTo(2);
  }

  @Test
  void targetThatLacksEntriesLosesTheElection() {
    CoreFixture other = follower();
    other.receive(new AppendRequest(other.from(2, 2), 2, 2, List.of(entry(3, 2)), 2));
    other.sent.clear();
    other.receive(new VoteRequest(other.from(3, 3), 2, 2, true));
    assertThat(other.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
  }

  @Test
  void votesLostInTheHandOverAreAskedForAgainUnderItsFlag() {
    CoreFixture node = follower();
    node.receive(new TimeoutNowRequest(node.from(2, 2)));
    node.sent.clear();
    node.tick(150);
    assertThat(node.taken(VoteRequest.class)).hasSize(2).allMatch(VoteRequest::transfer);
  }

  @Test
  void leaderThatHandedOverFollowsItsSuccessor() {
    CoreFixture leader = leader();
    transfer(leader, 2);
    leader.receive(new AppendRequest(leader.from(2, 2), 1, 1, List.of(entry(2, 2)), 1));
    assertThat(leader.report().leader()).isEqualTo(key(2));
    assertThat(leader.taken(AppendReply.class).getLast().matchIndex()).isEqualTo(2);
  }
}
