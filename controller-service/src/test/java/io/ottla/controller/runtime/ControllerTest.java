package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.VoteResult;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.storage.ControllerDirectory;
import io.ottla.controller.storage.FileRaftLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller's threads with real storage whose force can be held back or made to fail. */
final class ControllerTest {
  @TempDir
  Path path;

  private final Gate gate = new Gate();
  private final ObedientPeers peers = new ObedientPeers();
  private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
  private @Nullable ControllerDirectory directory;
  private @Nullable FileRaftLog files;
  private @Nullable Controller controller;

  @AfterEach
  void close() {
    gate.open();
    if (controller != null) {
      controller.close();
    }
    if (files != null) {
      files.close();
    }
    if (directory != null) {
      directory.close();
    }
  }

  private Controller start(int voterCount) {
    List<Voter> voters = new ArrayList<>();
    for (int id = 1; id <= voterCount; id++) {
      voters.add(new Voter(new ReplicaKey(id, new UUID(id, id)), "host" + id, 9000 + id));
    }
    RaftIdentity identity = new RaftIdentity("c", voters.getFirst().key(), new VoterSet(voters));
    ControllerDirectory opened = ControllerDirectory.open(path, 1, null);
    directory = opened;
    if (opened.formed().isEmpty()) {
      opened.storeFormed(identity);
    }
    FileRaftLog log = opened.openLog();
    files = log;
    Controller.Settings settings = new Controller.Settings(voters.getFirst(), RaftConfig.DEFAULT,
        ControlSettings.of("c", new TreeMap<>(), 60_000), SnapshotPolicy.DEFAULT, new NoState());
    Controller.Storage storage = new Controller.Storage(new GatedLog(log, gate), new MemorySnapshotStore(),
        opened.quorumState(), log::refreshHint);
    Controller started = new Controller(identity, settings, storage, peers, RuntimeObserver.NONE,
        new SecureRandomSource(), MonotonicClock.system(), (_, cause) -> fatal.set(cause));
    controller = started;
    started.start();
    return started;
  }

  private static ControllerStatus statusOf(Controller controller) {
    return Objects.requireNonNull(controller.status());
  }

  private static void awaitActive(Controller controller) {
    await().atMost(Duration.ofSeconds(20)).until(() -> {
      ControllerStatus status = controller.status();
      return status != null && status.active();
    });
  }

  private static RegisterBrokerCommand register(int id) {
    return new RegisterBrokerCommand(null, id, new UUID(7, id), List.of(new UUID(8, id)),
        List.of(new Endpoint("CLIENT", "h", 1)), null, new TreeMap<>(), -1, RestartClass.LOSSY, "sync");
  }

  @Test
  void answerComesOnlyAfterTheForce() throws Exception {
    Controller started = start(1);
    awaitActive(started);
    gate.shut();
    CompletableFuture<RegisterBrokerCommand.Registered> answer = started.register(register(11));
    await().atMost(Duration.ofSeconds(20)).until(() -> gate.waiting() > 0);
    assertThat(answer).isNotDone();
    assertThat(started.metadata().endIndex()).isEqualTo(1);
    gate.open();
    long epoch = answer.get(20, TimeUnit.SECONDS).brokerEpoch();
    assertThat(epoch).isEqualTo(2);
    assertThat(started.metadata().endIndex()).isEqualTo(2);
  }

  @Test
  void commandsThatArriveDuringAForceShareTheNextOne() throws Exception {
    Controller started = start(1);
    awaitActive(started);
    gate.shut();
    List<CompletableFuture<RegisterBrokerCommand.Registered>> answers = new ArrayList<>();
    answers.add(started.register(register(100)));
    await().atMost(Duration.ofSeconds(20)).until(() -> gate.waiting() > 0);
    for (int id = 1; id <= 50; id++) {
      answers.add(started.register(register(id)));
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> statusOf(started).quorum().lastIndex() == 52);
    int before = gate.forces();
    gate.open();
    for (CompletableFuture<RegisterBrokerCommand.Registered> answer : answers) {
      answer.get(20, TimeUnit.SECONDS);
    }
    assertThat(gate.forces() - before).isLessThanOrEqualTo(3);
  }

  @Test
  void heartbeatsGoOnDuringASlowForceAndTheMajorityCommitsWithoutTheLeadersDisk() throws Exception {
    Controller started = start(3);
    awaitActive(started);
    gate.shut();
    CompletableFuture<RegisterBrokerCommand.Registered> answer = started.register(register(11));
    assertThat(answer.get(20, TimeUnit.SECONDS).brokerEpoch()).isEqualTo(2);
    assertThat(statusOf(started).quorum().durableIndex()).isEqualTo(1);
    int heartbeats = peers.heartbeats.get();
    await().atMost(Duration.ofSeconds(20)).until(() -> peers.heartbeats.get() > heartbeats + 10);
    assertThat(statusOf(started).quorum().durableIndex()).isEqualTo(1);
  }

  @Test
  void failedForceEndsTheNodeAndAcknowledgesNothing() throws Exception {
    Controller started = start(1);
    awaitActive(started);
    gate.fail();
    CompletableFuture<RegisterBrokerCommand.Registered> answer = started.register(register(11));
    await().atMost(Duration.ofSeconds(20)).until(() -> fatal.get() != null);
    assertThat(fatal.get()).isInstanceOf(UncheckedIOException.class).hasMessageContaining("device");
    started.close();
    assertThat(codeOf(answer)).isEqualTo(ErrorCode.INDETERMINATE);
    assertThatThrownBy(() -> started.register(register(12)).get()).hasMessageContaining("stopping");
  }

  @Test
  void leaderThatLosesItsMajorityAnswersIndeterminateAndNobodyAfterwards() throws Exception {
    Controller started = start(3);
    awaitActive(started);
    peers.silent = true;
    gate.shut();
    CompletableFuture<RegisterBrokerCommand.Registered> appended = started.register(register(11));
    assertThat(codeOf(appended)).isEqualTo(ErrorCode.INDETERMINATE);
    assertThat(codeOf(started.register(register(12)))).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(started.metadata().endIndex()).isEqualTo(1);
  }

  @Test
  void followerRefusesCommands() throws Exception {
    peers.silent = true;
    Controller started = start(3);
    assertThat(codeOf(started.register(register(11)))).isEqualTo(ErrorCode.NOT_CONTROLLER);
  }

  @Test
  void stateIsTheSameAfterARestart() throws Exception {
    Controller first = start(1);
    awaitActive(first);
    for (int id = 1; id <= 20; id++) {
      first.register(register(id)).get(20, TimeUnit.SECONDS);
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> statusOf(first).appliedIndex() == 21);
    String digest = statusOf(first).image().digest();
    close();
    Controller second = start(1);
    awaitActive(second);
    await().atMost(Duration.ofSeconds(20)).until(() -> statusOf(second).appliedIndex() == 22);
    assertThat(statusOf(second).image().digest()).isEqualTo(digest);
    assertThat(second.register(register(5)).get(20, TimeUnit.SECONDS).brokerEpoch()).as("same incarnation")
        .isEqualTo(6);
  }

  /** M18: the hint takes the way of all commands, and the fence is committed without waiting for a session to end. */
  @Test
  void aBrokerSaidToBeGoneIsFencedAtOnce() throws Exception {
    Controller started = start(1);
    awaitActive(started);
    long epoch = started.register(register(11)).get(20, TimeUnit.SECONDS).brokerEpoch();
    started.heartbeat(new HeartbeatCommand(11, epoch, epoch, false, false, List.of(), List.of()), 0).get(20,
        TimeUnit.SECONDS);
    await().atMost(Duration.ofSeconds(20)).until(() -> isFenced(started, 11), fenced -> !fenced);
    started.brokerGone(11, epoch + 1, Long.MAX_VALUE);
    started.brokerGone(11, epoch, Long.MAX_VALUE);
    await().atMost(Duration.ofSeconds(20)).until(() -> isFenced(started, 11));
  }

  private static boolean isFenced(Controller controller, int brokerId) {
    return statusOf(controller).image().broker(brokerId).map(BrokerRegistration::fenced).orElse(true);
  }

  private static ErrorCode codeOf(CompletableFuture<?> answer) throws Exception {
    try {
      answer.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OttlaException refusal) {
        return refusal.code();
      }
    }
    throw new AssertionError("not refused: " + answer);
  }

  /** Holds back forces, or makes them fail. */
  private static final class Gate {
    private boolean shut;
    private boolean failing;
    private int waiting;
    private int forces;

    synchronized void shut() {
      shut = true;
    }

    synchronized void open() {
      shut = false;
      notifyAll();
    }

    synchronized void fail() {
      failing = true;
    }

    synchronized int waiting() {
      return waiting;
    }

    synchronized int forces() {
      return forces;
    }

    synchronized void pass() {
      forces++;
      waiting++;
      while (shut) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new AssertionError("storage threads are never interrupted (Q50)", e);
        }
      }
      waiting--;
      if (failing) {
        throw new UncheckedIOException(new IOException("device error"));
      }
    }
  }

  private record GatedLog(RaftLog log, Gate gate) implements RaftLog {
    @Override
    public long firstIndex() {
      return log.firstIndex();
    }

    @Override
    public long lastIndex() {
      return log.lastIndex();
    }

    @Override
    public long termAt(long index) {
      return log.termAt(index);
    }

    @Override
    public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
      return log.read(fromIndex, maxEntries, maxBytes);
    }

    @Override
    public void append(List<LogEntry> entries) {
      log.append(entries);
    }

    @Override
    public void truncateFrom(long fromIndex) {
      log.truncateFrom(fromIndex);
    }

    @Override
    public void force() {
      gate.pass();
      log.force();
    }

    @Override
    public long durableIndex() {
      return log.durableIndex();
    }
  }

  /** Peers that agree to everything at once, or say nothing. */
  private static final class ObedientPeers implements RaftTransport {
    @Override
    public void peers(List<Voter> peers) {
      // Everybody obeys, wherever they are.
    }

    private final AtomicInteger heartbeats = new AtomicInteger();
    private volatile boolean silent;

    @Override
    public void send(RaftMessage.Request request, AnswerHandler answer) {
      if (silent) {
        answer.onLost();
        return;
      }
      var back = request.envelope().reply(request.envelope().to(), request.envelope().term());
      answer.onReply(switch (request) {
        case RaftMessage.PreVoteRequest _ -> new RaftMessage.PreVoteReply(back, true);
        case RaftMessage.VoteRequest _ -> new RaftMessage.VoteReply(back, VoteResult.GRANTED);
        case RaftMessage.AppendRequest append -> {
          if (append.isHeartbeat()) {
            heartbeats.incrementAndGet();
          }
          yield new RaftMessage.AppendReply(back, true, append.lastIndex(), 0, 0);
        }
        case RaftMessage.SnapshotRequest piece -> new RaftMessage.SnapshotReply(back, piece.id(), 0, true);
        case RaftMessage.TimeoutNowRequest _ -> new RaftMessage.TimeoutNowReply(back, false);
        case RaftMessage.ObserveRequest _ -> new RaftMessage.ObserveReply(back, false);
      });
    }

    @Override
    public void close() {
    }
  }
}
