package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.ClusterControl;
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
final class ControllerTurnsTest {
  private final Peers peers = new Peers();
  private long nowMs = 1_000;

  private static ReplicaKey key(int id) {
    return new ReplicaKey(id, new UUID(id, id));
  }

  private ControllerTurns controller(int voterCount) {
    List<Voter> voters = new ArrayList<>();
    for (int id = 1; id <= voterCount; id++) {
      voters.add(new Voter(key(id), "host" + id, 9000 + id));
    }
    ControlSettings control = ControlSettings.of("c", new TreeMap<>(), 60_000);
    var turns = new ControllerTurns(new RaftIdentity("c", key(1), new VoterSet(voters)),
        new Controller.Settings(voters.getFirst(), RaftConfig.DEFAULT.withSnapshotLimits(1 << 20, 2_000, 0), control,
            SnapshotPolicy.DEFAULT, new Images()),
        new Controller.Storage(new MemoryRaftLog(), new MemorySnapshotStore(), new MemoryQuorumStateStore(), () -> {}),
        peers, new SecureRandomSource(), () -> nowMs, new ClusterControl(control, new SecureRandomSource()));
    turns.begin();
    return turns;
  }

  private ControllerTurns leader(int voterCount) throws Exception {
    ControllerTurns turns = controller(voterCount);
    while (statusOf(turns) == null || !Objects.requireNonNull(statusOf(turns)).active()) {
      pass(turns, 10);
    }
    return turns;
  }

  private static @Nullable ControllerStatus statusOf(ControllerTurns turns) {
    return turns.controller().status();
  }

  /** Time passes, with both threads at work. */
  private void pass(ControllerTurns turns, int ms) throws Exception {
    for (int passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      turns.raft();
      if (turns.storageWaits()) {
        turns.storage();
      }
      if (turns.snapshotsWait()) {
        turns.snapshots();
      }
      turns.raft();
    }
  }

  private static long term(ControllerTurns turns) {
    return Objects.requireNonNull(statusOf(turns)).quorum().term();
  }

  /** A request of this peer in the next term. */
  private static Envelope next(ControllerTurns turns, int from, long term) {
    return new Envelope("c", key(from), turns.controller().identity().self(), term, 1_000 + term);
  }

  @Test
  void leaderThatStopsStaysUntilItsSuccessorCommits() throws Exception {
    ControllerTurns turns = leader(3);
    CompletableFuture<Void> left = turns.controller().driver().handOver();
    pass(turns, 10);
    assertThat(peers.askedToTakeOver).containsExactly(key(2));
    long term = term(turns) + 1;
    turns.controller().receive(new RaftMessage.VoteRequest(next(turns, 2, term), 9, term, true));
    pass(turns, 10);
    assertThat(left).isNotDone();
    LogEntry opening = new LogEntry(2, term, EntryType.LEADER_CHANGE, new byte[0]);
    turns.controller()
        .receive(new RaftMessage.AppendRequest(next(turns, 2, term), 1, term - 1, List.of(opening), 1));
    pass(turns, 10);
    assertThat(Objects.requireNonNull(statusOf(turns)).quorum().leader()).isEqualTo(key(2));
    assertThat(left).isNotDone();
    turns.controller().receive(new RaftMessage.AppendRequest(next(turns, 2, term), 2, term, List.of(), 2));
    pass(turns, 10);
    assertThat(left).isCompleted();
  }

  @Test
  void onlyVoterHasNobodyToWaitFor() throws Exception {
    ControllerTurns turns = leader(1);
    CompletableFuture<Void> left = turns.controller().driver().handOver();
    turns.raft();
    assertThat(left).isCompleted();
    assertThat(Objects.requireNonNull(statusOf(turns)).quorum().role()).isEqualTo(Role.LEADER);
  }

  @Test
  void handOverThatCameToNothingIsTriedAgain() throws Exception {
    ControllerTurns turns = leader(3);
    CompletableFuture<Void> left = turns.controller().driver().handOver();
    pass(turns, 10);
    peers.dead = key(2);
    pass(turns, 2 * RaftConfig.DEFAULT.checkQuorumMs());
    assertThat(peers.askedToTakeOver).contains(key(3));
    assertThat(left).isNotDone();
  }

  @Test
  void followerLeavesAtOnce() throws Exception {
    peers.silent = true;
    ControllerTurns turns = controller(3);
    pass(turns, 10);
    assertThat(turns.controller().driver().handOver()).isCompleted();
  }

  private void register(ControllerTurns turns, int brokerId) throws Exception {
    turns.controller().register(new RegisterBrokerCommand(null, brokerId, new UUID(7, brokerId),
        List.of(new UUID(8, brokerId)), List.of(new Endpoint("CLIENT", "h", 1)), null, new TreeMap<>(), -1,
        RestartClass.LOSSY, "sync"));
    pass(turns, 20);
  }

  private static long newestSnapshot(ControllerTurns turns) {
    return turns.controller().snapshots().newest().orElseThrow().id().lastIndex();
  }

  /** The file may have rotted, and this node reads it only at its next start; in memory the state is whole. */
  @Test
  void leaderWhoseSnapshotIsRefusedWritesAnotherOneIfThereIsNewsAndNotInALoop() throws Exception {
    peers.lacking = key(3);
    ControllerTurns turns = leader(3);
    register(turns, 11);
    turns.controller().snapshot();
    pass(turns, 100);
    assertThat(newestSnapshot(turns)).isEqualTo(2);
    assertThat(peers.refusedSnapshots).isPositive();
    register(turns, 12);
    pass(turns, 1_000);
    assertThat(newestSnapshot(turns)).isEqualTo(2);
    pass(turns, 10_000);
    assertThat(newestSnapshot(turns)).isEqualTo(3);
    pass(turns, 20_000);
    assertThat(newestSnapshot(turns)).isEqualTo(3);
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
