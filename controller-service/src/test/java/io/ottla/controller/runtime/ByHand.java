package io.ottla.controller.runtime;

import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
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
import org.jspecify.annotations.Nullable;

/** Controllers whose threads' turns are taken by hand, and their peers. */
final class ByHand {
  final Peers peers = new Peers();
  private long nowMs = 1_000;

  static ReplicaKey key(int id) {
    return new ReplicaKey(id, new UUID(id, id));
  }

  /** Voter 1 of so many. */
  Controller controller(int voterCount) {
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

  /** The same, elected and active. */
  Controller leader(int voterCount) throws Exception {
    Controller controller = controller(voterCount);
    do {
      pass(controller, 10);
    } while (!Objects.requireNonNull(controller.status()).active());
    return controller;
  }

  static QuorumReport quorum(Controller controller) {
    return Objects.requireNonNull(controller.status()).quorum();
  }

  /** The Raft thread, until nothing is left to do at this time. */
  static void raft(Controller controller) {
    boolean more = true;
    while (more) {
      more = controller.driver().turn(0) || controller.driver().hasWork();
    }
  }

  /** Time passes, with all threads at work. */
  void pass(Controller controller, int ms) throws Exception {
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

  /** A peer is elected in the next term, as by a hand-over, and opens it. */
  void elect(Controller controller, ReplicaKey successor) throws Exception {
    QuorumReport before = quorum(controller);
    long term = before.term() + 1;
    controller.receive(new RaftMessage.VoteRequest(next(controller, successor, term), before.lastIndex(),
        before.lastTerm(), true));
    pass(controller, 10);
    LogEntry opening = new LogEntry(before.lastIndex() + 1, term, EntryType.LEADER_CHANGE, new byte[0]);
    controller.receive(new RaftMessage.AppendRequest(next(controller, successor, term), before.lastIndex(),
        before.lastTerm(), List.of(opening), before.commitIndex()));
    pass(controller, 10);
  }

  static long term(Controller controller) {
    return quorum(controller).term();
  }

  /** A request of this peer in the next term. */
  static Envelope next(Controller controller, ReplicaKey from, long term) {
    return new Envelope("c", from, controller.identity().self(), term, 1_000 + term);
  }

  /** Peers that agree to everything, but do not campaign; one of them may never get entries. Nobody takes a snapshot. */
  static final class Peers implements RaftTransport {
    final List<ReplicaKey> askedToTakeOver = new ArrayList<>();
    boolean silent;
    @Nullable
    ReplicaKey dead;
    @Nullable
    ReplicaKey lacking;
    int refusedSnapshots;

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
