package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A controller whose threads' turns are taken by hand. How long it stays when it leads and is to stop: until its successor commits, and not at all
 * when there is none (Q39). What it does when a follower does not take its snapshot.
 */
final class ControllerByHandTest {
  private final ByHand hand = new ByHand();

  /** What was certainly not begun is refused, not left without an answer (Q26). */
  @Test
  void commandThatTheRaftThreadDoesNotComeToIsRefusedAtTheEnd() throws Exception {
    Controller controller = hand.leader(1);
    CompletableFuture<?> waits = controller.register(registration(1));
    assertThat(waits).isNotDone();
    controller.close();
    assertThat(waits).isCompletedExceptionally();
    assertThat(code(waits)).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(code(controller.register(registration(1)))).isEqualTo(ErrorCode.NOT_CONTROLLER);
  }

  private static ErrorCode code(CompletableFuture<?> failed) {
    return failed.exceptionNow() instanceof OttlaException refusal ? refusal.code() : ErrorCode.INTERNAL;
  }

  @Test
  void leaderThatStopsStaysUntilItsSuccessorCommits() throws Exception {
    Controller controller = hand.leader(3);
    CompletableFuture<Void> left = controller.driver().handOver();
    hand.pass(controller, 10);
    assertThat(hand.peers.askedToTakeOver).containsExactly(ByHand.key(2));
    long term = ByHand.term(controller) + 1;
    controller.receive(new RaftMessage.VoteRequest(ByHand.next(controller, ByHand.key(2), term), 9, term, true));
    hand.pass(controller, 10);
    assertThat(left).isNotDone();
    LogEntry opening = new LogEntry(2, term, EntryType.LEADER_CHANGE, new byte[0]);
    controller
        .receive(new RaftMessage.AppendRequest(ByHand.next(controller, ByHand.key(2), term), 1, term - 1,
            List.of(opening), 1));
    hand.pass(controller, 10);
    assertThat(ByHand.quorum(controller).leader()).isEqualTo(ByHand.key(2));
    assertThat(left).isNotDone();
    controller
        .receive(new RaftMessage.AppendRequest(ByHand.next(controller, ByHand.key(2), term), 2, term, List.of(), 2));
    hand.pass(controller, 10);
    assertThat(left).isCompleted();
  }

  @Test
  void onlyVoterHasNobodyToWaitFor() throws Exception {
    Controller controller = hand.leader(1);
    CompletableFuture<Void> left = controller.driver().handOver();
    ByHand.raft(controller);
    assertThat(left).isCompleted();
    assertThat(ByHand.quorum(controller).role()).isEqualTo(Role.LEADER);
  }

  @Test
  void handOverThatCameToNothingIsTriedAgain() throws Exception {
    Controller controller = hand.leader(3);
    CompletableFuture<Void> left = controller.driver().handOver();
    hand.pass(controller, 10);
    hand.peers.dead = ByHand.key(2);
    hand.pass(controller, 2 * RaftConfig.DEFAULT.checkQuorumMs());
    assertThat(hand.peers.askedToTakeOver).contains(ByHand.key(3));
    assertThat(left).isNotDone();
  }

  @Test
  void followerLeavesAtOnce() throws Exception {
    hand.peers.silent = true;
    Controller controller = hand.controller(3);
    hand.pass(controller, 10);
    assertThat(controller.driver().handOver()).isCompleted();
  }

  /** Who changes the voters is answered from the status, which a tick would bring up to date too late (Q36). */
  @Test
  void changeOfTheVotersShowsInTheStatusBeforeItIsAnswered() throws Exception {
    Controller controller = hand.leader(3);
    CompletableFuture<VoterSet> shown = controller.changeVoters(new VoterChange.Remove(ByHand.key(3)))
        .thenApply(_ -> ByHand.quorum(controller).voters());
    ByHand.raft(controller);
    while (controller.driver().storage().hasWork()) {
      controller.driver().storage().turn(0);
      ByHand.raft(controller); // no time passes: nothing here is owed to a tick
    }
    assertThat(shown).isCompleted();
    assertThat(shown.join().contains(ByHand.key(3))).isFalse();
  }

  private void register(Controller controller, int brokerId) throws Exception {
    controller.register(registration(brokerId));
    hand.pass(controller, 20);
  }

  private static RegisterBrokerCommand registration(int brokerId) {
    return new RegisterBrokerCommand(null, brokerId, new UUID(7, brokerId), List.of(new UUID(8, brokerId)),
        List.of(new Endpoint("CLIENT", "h", 1)), null, new TreeMap<>(), -1, RestartClass.LOSSY, "sync");
  }

  private static long newestSnapshot(Controller controller) {
    return controller.snapshots().newest().orElseThrow().id().lastIndex();
  }

  /** The file may have rotted, and this node reads it only at its next start; in memory the state is whole. */
  @Test
  void leaderWhoseSnapshotIsRefusedWritesAnotherOneIfThereIsNewsAndNotInALoop() throws Exception {
    hand.peers.lacking = ByHand.key(3);
    Controller controller = hand.leader(3);
    register(controller, 11);
    controller.snapshot();
    hand.pass(controller, 100);
    assertThat(newestSnapshot(controller)).isEqualTo(2);
    assertThat(hand.peers.refusedSnapshots).isPositive();
    register(controller, 12);
    hand.pass(controller, 1_000);
    assertThat(newestSnapshot(controller)).isEqualTo(2);
    hand.pass(controller, 10_000);
    assertThat(newestSnapshot(controller)).isEqualTo(3);
    hand.pass(controller, 20_000);
    assertThat(newestSnapshot(controller)).isEqualTo(3);
  }
}
