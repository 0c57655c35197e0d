package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.random.RandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.DeleteTopicCommand;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.port.QuorumStateStore;
import io.ottla.controller.raft.port.RaftLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A running controller. All methods may be called from any thread and return at once; futures complete exceptionally with an
 * {@link OttlaException} only: NOT_CONTROLLER and BUSY have had no effect, INDETERMINATE may have (Q26).
 */
public final class Controller implements AutoCloseable {
  private final RaftDriver driver;
  private final ControllerLoop loop;
  private final MetadataPublisher publisher = new MetadataPublisher();
  private final RaftTransport transport;
  private final RaftIdentity identity;

  /**
   * Makes a controller from recovered storage; {@link #start} brings it to life.
   *
   * @param housekeeping run on the storage thread about once a second
   */
  public Controller(RaftIdentity identity, RaftConfig config, ControlSettings settings, RaftLog log,
      QuorumStateStore hardStates, Runnable housekeeping, RaftTransport transport, RuntimeObserver observer,
      RandomSource random, MonotonicClock clock, FatalHandler fatal) {
    this.identity = identity;
    this.transport = transport;
    this.loop = new ControllerLoop(new ClusterControl(settings, random), publisher, observer);
    HardState hardState = hardStates.load().orElse(HardState.INITIAL);
    RaftCore core = new RaftCore(identity, config, hardState, log, random, clock.millis());
    this.driver = new RaftDriver(core, config.tickMs(), config.electionMaxMs(), log, housekeeping, hardStates,
        transport,
        loop, observer, clock, (thread, cause) -> {
          publisher.close();
          fatal.fatal(thread, cause);
        });
  }

  /** Starts the threads. */
  public void start() {
    driver.start();
  }

  /** Who this controller is. */
  public RaftIdentity identity() {
    return identity;
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
    return driver.beats();
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

  private <R> CompletableFuture<R> submit(ControllerLoop.Call<R> call) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    if (!driver.submit(raft -> loop.execute(raft, call, answer))) {
      answer
          .completeExceptionally(new OttlaException(ErrorCode.BUSY, "this controller is busy or stopping; try again"));
    }
    return answer;
  }

  /** Resigns, makes durable what waits, and ends the threads. */
  @Override
  public void close() {
    publisher.close();
    driver.close();
    loop.abandon();
    transport.close();
  }
}
