package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.random.RandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.control.AdminCommand;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.DeleteTopicCommand;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.ProducerIdsCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.port.QuorumStateStore;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running controller. All methods may be called from any thread and return at once; futures complete exceptionally with an
 * {@link OttlaException} only: NOT_CONTROLLER and BUSY have had no effect, INDETERMINATE may have (Q26).
 */
public final class Controller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  private final RaftDriver driver;
  private final ControllerLoop loop;
  private final MetadataPublisher publisher = new MetadataPublisher();
  private final SnapshotLoop snapshotLoop;
  private final Thread snapshotThread;
  private final SnapshotStore snapshotStore;
  private final MonotonicClock clock;
  private final RaftConfig timings;
  private final RaftTransport transport;
  private final RaftIdentity identity;

  /**
   * What a controller works with on disk, recovered.
   *
   * @param housekeeping run on the storage thread about once a second
   */
  public record Storage(RaftLog log, SnapshotStore snapshots, QuorumStateStore hardStates, Runnable housekeeping) {}

  /**
   * How it decides and behaves.
   *
   * @param address where this controller answers, for a leader that does not know it as a voter
   */
  public record Settings(Voter address, RaftConfig raft, ControlSettings control, SnapshotPolicy snapshots,
      StateFormat format) {}

  /** Makes a controller from recovered storage, loading the newest snapshot; {@link #start} brings it to life. */
  public Controller(RaftIdentity identity, Settings settings, Storage storage, RaftTransport transport,
      RuntimeObserver observer, RandomSource random, MonotonicClock clock, FatalHandler fatal) {
    this(identity, settings, storage, transport, observer, random, clock, fatal,
        new ClusterControl(settings.control(), random));
  }

  /** With a control of the caller's: simulations plant bugs in one. */
  Controller(RaftIdentity identity, Settings settings, Storage storage, RaftTransport transport,
      RuntimeObserver observer, RandomSource random, MonotonicClock clock, FatalHandler fatal,
      ClusterControl control) {
    this.identity = identity;
    this.transport = transport;
    this.timings = settings.raft();
    FatalHandler end = (thread, cause) -> {
      publisher.close();
      fatal.fatal(thread, cause);
    };
    storage.snapshots().newest().ifPresent(snapshot -> {
      control.load(SnapshotLoop.load(storage.snapshots(), settings.format(), snapshot));
      publisher.reset(snapshot.id().lastIndex());
    });
    this.snapshotLoop = new SnapshotLoop(storage.snapshots(), settings.format(), clock, end);
    this.snapshotThread = Thread.ofPlatform().name("raft-snapshot").unstarted(snapshotLoop);
    this.snapshotStore = storage.snapshots();
    this.clock = clock;
    this.loop = new ControllerLoop(control, publisher, snapshotLoop, settings.snapshots(), observer,
        settings.raft().electionMinMs() / 2);
    HardState hardState = storage.hardStates().load().orElse(HardState.INITIAL);
    RaftCore core = new RaftCore(identity, settings.address(), settings.raft(), hardState, storage.log(),
        storage.snapshots(), random, clock.millis());
    this.driver = new RaftDriver(core, settings.raft().tickMs(), settings.raft().electionMaxMs(), storage.log(),
        storage.snapshots(), storage.housekeeping(), storage.hardStates(), transport, loop, observer, clock, end);
    loop.connect(driver::post);
  }

  /** Starts the threads. */
  public void start() {
    snapshotThread.start();
    driver.start();
  }

  /** The Raft and the storage thread, for who takes their turns. */
  RaftDriver driver() {
    return driver;
  }

  /** The snapshot thread, for who takes its turns. */
  SnapshotLoop snapshotLoop() {
    return snapshotLoop;
  }

  /** Who this controller is. */
  public RaftIdentity identity() {
    return identity;
  }

  /** Timings and limits of its quorum. */
  public RaftConfig timings() {
    return timings;
  }

  /** A peer's request; empty when it gets no answer. */
  public CompletableFuture<Optional<RaftMessage.Reply>> receive(RaftMessage.Request request) {
    return driver.receive(request);
  }

  /** The latest status, at most a tick old; null before the first tick. */
  public @Nullable ControllerStatus status() {
    return loop.status();
  }

  /** Committed entries for those who follow the metadata. */
  public MetadataPublisher metadata() {
    return publisher;
  }

  /** Signs of life of the threads. */
  public List<LoopBeat> beats() {
    List<LoopBeat> beats = new ArrayList<>(driver.beats());
    beats.add(new LoopBeat(snapshotThread.getName(), clock.millis() - snapshotLoop.lastBeatMs()));
    return beats;
  }

  /** Committed images of late, by index. */
  public RecentImages recentImages() {
    return loop.recentImages();
  }

  /** Snapshots on disk. */
  public SnapshotStore snapshots() {
    return snapshotStore;
  }

  /** The committed metadata at some moment after this call, proven to be current by a majority (Q30). NOT_CONTROLLER on others. */
  public CompletableFuture<MetadataImage> read() {
    CompletableFuture<MetadataImage> answer = new CompletableFuture<>();
    return submit(answer, raft -> loop.read(raft, answer));
  }

  /** Adds or removes one voter (Q36, Q37); completes with the index of the committed change. */
  public CompletableFuture<Long> changeVoters(VoterChange change) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    return submit(answer, raft -> loop.changeVoters(raft, change, answer));
  }

  /** Hands leadership to a voter, or to the one that is furthest; success shows in the status (Q39). */
  public void transferLeadership(@Nullable ReplicaKey target) {
    driver.post(new RaftInput.TransferLeadership(target));
  }

  /** Writes a snapshot now. */
  public CompletableFuture<WrittenSnapshot> snapshot() {
    CompletableFuture<SnapshotLoop.Written> answer = new CompletableFuture<>();
    return submit(answer, raft -> loop.snapshot(raft, answer))
        .thenApply(written -> new WrittenSnapshot(written.snapshot(), written.millis()));
  }

  /**
   * A snapshot on disk.
   *
   * @param millis what it took to write
   */
  public record WrittenSnapshot(Snapshot snapshot, long millis) {}

  /** A hint that a peer's process is not there any more; see {@link RaftInput.PeerGone}. */
  public void peerGone(ReplicaKey peer) {
    driver.post(new RaftInput.PeerGone(peer));
  }

  /** A broker asks to be registered (M9). */
  public CompletableFuture<RegisterBrokerCommand.Registered> register(RegisterBrokerCommand command) {
    return submit((control, nowMs) -> control.register(command, nowMs));
  }

  /**
   * A broker's heartbeat (M14).
   *
   * @param arrivedMs monotonic time at which the request arrived
   */
  public CompletableFuture<HeartbeatCommand.Beat> heartbeat(HeartbeatCommand command, long arrivedMs) {
    if (!command.wantShutdown()) {
      loop.contact(command.brokerId(), command.brokerEpoch(), arrivedMs);
    }
    return submit((control, _) -> control.heartbeat(command, arrivedMs));
  }

  /**
   * A hint that a broker's process is gone; see {@link ClusterControl#brokerGone}. It may be lost, since whoever watches repeats it.
   *
   * @param observedMs monotonic time of the observation
   */
  public void brokerGone(int brokerId, long brokerEpoch, long observedMs) {
    driver.submit(new Mailbox.Command(raft -> loop.brokerGone(raft, brokerId, brokerEpoch, observedMs), () -> {}));
  }

  /** Shows each new status, about one a tick, to somebody who must be quick; on the Raft thread. To be called before the start. */
  public void onStatus(Consumer<ControllerStatus> follower) {
    loop.onStatus(follower);
  }

  /** A partition leader proposes ISR changes (M26). */
  public CompletableFuture<List<AlterPartitionCommand.Answer>> alterPartitions(AlterPartitionCommand command) {
    return submit((control, _) -> control.alterPartitions(command));
  }

  /** Creates a topic (M6). */
  public CompletableFuture<CreateTopicCommand.Created> createTopic(CreateTopicCommand command) {
    return submit((control, _) -> control.createTopic(command));
  }

  /** Deletes a topic. */
  public CompletableFuture<DeleteTopicCommand.Deleted> deleteTopic(DeleteTopicCommand command) {
    return submit((control, _) -> control.deleteTopic(command));
  }

  /** Gives a broker a block of producer ids (P36). */
  public CompletableFuture<ProducerIdsCommand.Block> allocateProducerIds(ProducerIdsCommand command) {
    return submit((control, _) -> control.allocateProducerIds(command));
  }

  /** Somebody administers topics, replicas or brokers. */
  public <R> CompletableFuture<R> administer(AdminCommand<R> command) {
    return submit((control, _) -> control.administer(command));
  }

  private <R> CompletableFuture<R> submit(ControllerLoop.Call<R> call) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    return submit(answer, raft -> loop.execute(raft, call, answer));
  }

  private <R> CompletableFuture<R> submit(CompletableFuture<R> answer, Mailbox.Work work) {
    if (!driver.submit(new Mailbox.Command(work, () -> answer.completeExceptionally(stopping())))) {
      answer.completeExceptionally(driver.isStopping()
          ? stopping()
          : new OttlaException(ErrorCode.BUSY, "this controller is busy; try again"));
    }
    return answer;
  }

  /** Who stops has handed over, or will not act again: the caller's retry belongs to another controller. */
  private static OttlaException stopping() {
    return new OttlaException(ErrorCode.NOT_CONTROLLER,
        "this controller is stopping, and not the active one any more");
  }

  /** Hands leadership over if it has it, makes durable what waits, and ends the threads. */
  @Override
  public void close() {
    handOver();
    publisher.close();
    driver.close();
    snapshotLoop.stop();
    RaftDriver.join(snapshotThread);
    loop.abandon();
    transport.close();
  }

  private void handOver() {
    long handOverMs = 2L * timings.electionMinMs();
    try {
      driver.handOver().get(handOverMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.info("event=hand_over_unfinished waitedMs={}", handOverMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
