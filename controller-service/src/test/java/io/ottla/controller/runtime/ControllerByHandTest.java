package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.VoteResult;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.MemoryQuorumStateStore;
import io.ottla.controller.raft.port.MemoryRaftLog;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A controller whose threads' turns are taken by hand. How long it stays when it leads and is to stop: until its successor commits, and not at all
 * when there is none (Q39). What it does when a follower does not take its snapshot.
 */
final class ControllerByHandTest {
  private final Peers peers = new Peers();
  private long nowMs = 1_000;

  private static ReplicaKey key(int id) {
    return new ReplicaKey(id, new UUID(id, id));
  }

  private Controller controller(int voterCount) {
    List<Voter> voters = new ArrayList<>();
    for (int id = 1; id <= voterCount; id++) {
      voters.add(new Voter(key(id), "host" + id, 9000 + id));
    }
    ControlSettings control = ControlSettings.of("c", new TreeMap<>(), 60_000);
    var made = new Controller(new RaftIdentity("c", key(1), new VoterSet(voters)),
        new Controller.Settings(voters.getFirst(), RaftConfig.DEFAULT.withSnapshotLimits(1 << 20, 2_000, 0), control,
            SnapshotPolicy.DEFAULT, new Images()),
        new Controller.Storage(new MemoryRaftLog(), new MemorySnapshotStore(), new MemoryQuorumStateStore(), () -> {}),
        peers, RuntimeObserver.NONE, new SecureRandomSource(), () -> nowMs, (thread, cause) -> {
          throw new AssertionError(thread + " failed", cause);
        });
    made.driver().begin();
    return made;
  }

  private Controller leader(int voterCount) throws Exception {
    Controller controller = controller(voterCount);
    while (statusOf(controller) == null || !Objects.requireNonNull(statusOf(controller)).active()) {
      pass(controller, 10);
    }
    return controller;
  }

  /** What was certainly not begun is refused, not left without an answer (Q26). */
  @Test
  void commandThatTheRaftThreadDoesNotComeToIsRefusedAtTheEnd() throws Exception {
    Controller controller = leader(1);
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

  private static @Nullable ControllerStatus statusOf(Controller controller) {
    return controller.status();
  }

  /** The Raft thread, until nothing is left to do at this time. */
  private static void raft(Controller controller) {
    boolean more = true;
    while (more) {
      more = controller.driver().turn(0) || controller.driver().hasWork();
    }
  }

  /** Time passes, with all threads at work. */
  private void pass(Controller controller, int ms) throws Exception {
    for (int passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      raft(controller);
      if (controller.driver().storage().hasWork()) {
        controller.driver().storage().turn(0);
      }
      if (controller.snapshotLoop().hasWork()) {
        controller.snapshotLoop().turn(0);
      }
      raft(controller);
    }
  }

  private static long term(Controller controller) {
    return Objects.requireNonNull(statusOf(controller)).quorum().term();
  }

  /** A request of this peer in the next term. */
  private static Envelope next(Controller controller, int from, long term) {
    return new Envelope("c", key(from), controller.identity().self(), term, 1_000 + term);
  }

  @Test
  void leaderThatStopsStaysUntilItsSuccessorCommits() throws Exception {
    Controller controller = leader(3);
    CompletableFuture<Void> left = controller.driver().handOver();
    pass(controller, 10);
    assertThat(peers.askedToTakeOver).containsExactly(key(2));
    long term = term(controller) + 1;
    controller.receive(new RaftMessage.VoteRequest(next(controller, 2, term), 9, term, true));
    pass(controller, 10);
    assertThat(left).isNotDone();
    LogEntry opening = new LogEntry(2, term, EntryType.LEADER_CHANGE, new byte[0]);
    controller
        .receive(new RaftMessage.AppendRequest(next(controller, 2, term), 1, term - 1, List.of(opening), 1));
    pass(controller, 10);
    assertThat(Objects.requireNonNull(statusOf(controller)).quorum().leader()).isEqualTo(key(2));
    assertThat(left).isNotDone();
    controller.receive(new RaftMessage.AppendRequest(next(controller, 2, term), 2, term, List.of(), 2));
    pass(controller, 10);
    assertThat(left).isCompleted();
  }

  @Test
  void onlyVoterHasNobodyToWaitFor() throws Exception {
    Controller controller = leader(1);
    CompletableFuture<Void> left = controller.driver().handOver();
    raft(controller);
    assertThat(left).isCompleted();
    assertThat(Objects.requireNonNull(statusOf(controller)).quorum().role()).isEqualTo(Role.LEADER);
  }

  @Test
  void handOverThatCameToNothingIsTriedAgain() throws Exception {
    Controller controller = leader(3);
    CompletableFuture<Void> left = controller.driver().handOver();
    pass(controller, 10);
    peers.dead = key(2);
    pass(controller, 2 * RaftConfig.DEFAULT.checkQuorumMs());
    assertThat(peers.askedToTakeOver).contains(key(3));
    assertThat(left).isNotDone();
  }

  @Test
  void followerLeavesAtOnce() throws Exception {
    peers.silent = true;
    Controller controller = controller(3);
    pass(controller, 10);
    assertThat(controller.driver().handOver()).isCompleted();
  }

  /** Who changes the voters is answered from the status, which a tick would bring up to date too late (Q36). */
  @Test
  void changeOfTheVotersShowsInTheStatusBeforeItIsAnswered() throws Exception {
    Controller controller = leader(3);
    CompletableFuture<VoterSet> shown = controller.changeVoters(new VoterChange.Remove(key(3)))
        .thenApply(_ -> Objects.requireNonNull(statusOf(controller)).quorum().voters());
    raft(controller);
    while (controller.driver().storage().hasWork()) {
      controller.driver().storage().turn(0);
      raft(controller); // no time passes: nothing here is owed to a tick
    }
    assertThat(shown).isCompleted();
    assertThat(shown.join().contains(key(3))).isFalse();
  }

  private void register(Controller controller, int brokerId) throws Exception {
    controller.register(registration(brokerId));
    pass(controller, 20);
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
    peers.lacking = key(3);
    Controller controller = leader(3);
    register(controller, 11);
    controller.snapshot();
    pass(controller, 100);
    assertThat(newestSnapshot(controller)).isEqualTo(2);
    assertThat(peers.refusedSnapshots).isPositive();
    register(controller, 12);
    pass(controller, 1_000);
    assertThat(newestSnapshot(controller)).isEqualTo(2);
    pass(controller, 10_000);
    assertThat(newestSnapshot(controller)).isEqualTo(3);
    pass(controller, 20_000);
    assertThat(newestSnapshot(controller)).isEqualTo(3);
  }

  /** Peers that agree to everything, but do not campaign; one of them may never get entries. Nobody takes a snapshot. */
  private static final class Peers implements RaftTransport {
    private final List<ReplicaKey> askedToTakeOver = new ArrayList<>();
    private boolean silent;
    private @Nullable ReplicaKey dead;
    private @Nullable ReplicaKey lacking;
    private int refusedSnapshots;

    @Override
    public void send(RaftMessage.Request request, AnswerHandler answer) {
      ReplicaKey to = request.envelope().to();
      boolean lost = to.equals(lacking) && request instanceof RaftMessage.AppendRequest append && !append.isHeartbeat();
      if (silent || to.equals(dead) || lost) {
        answer.onLost();
        return;
      }
      var back = request.envelope().reply(request.envelope().to(), request.envelope().term());
      answer.onReply(switch (request) {
        case RaftMessage.PreVoteRequest _ -> new RaftMessage.PreVoteReply(back, true);
        case RaftMessage.VoteRequest _ -> new RaftMessage.VoteReply(back, VoteResult.GRANTED);
        case RaftMessage.AppendRequest append -> new RaftMessage.AppendReply(back, true, append.lastIndex(), 0, 0);
        case RaftMessage.SnapshotRequest piece -> {
          refusedSnapshots++;
          yield new RaftMessage.SnapshotReply(back, piece.id(), 0, false);
        }
        case RaftMessage.TimeoutNowRequest _ -> {
          askedToTakeOver.add(to);
          yield new RaftMessage.TimeoutNowReply(back, true);
        }
        case RaftMessage.ObserveRequest _ -> new RaftMessage.ObserveReply(back, false);
      });
    }

    @Override
    public void peers(List<Voter> now) {
      // They are where they are.
    }

    @Override
    public void close() {
    }
  }

  /** As in production. */
  private static final class Images implements StateFormat {
    @Override
    public void write(MetadataImage image, OutputStream out) throws IOException {
      ImageSnapshot.write(image, out);
    }

    @Override
    public MetadataImage read(InputStream in, long index, long term) throws IOException {
      return ImageSnapshot.read(in, index, term);
    }
  }
}
