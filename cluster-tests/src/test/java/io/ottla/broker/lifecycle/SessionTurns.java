package io.ottla.broker.lifecycle;

import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.DeleteTopicResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A broker's registration and heartbeats, production code, without the threads that would wait for answers. */
public final class SessionTurns {
  /** Controllers that nobody calls: requests and answers are carried by whoever takes the turns. */
  public static final ControllerCalls NOBODY = new ControllerCalls() {
    @Override
    public RegisterBrokerResponse register(RegisterBrokerRequest request) {
      throw nobody();
    }

    @Override
    public HeartbeatResponse heartbeat(HeartbeatRequest request) {
      throw nobody();
    }

    @Override
    public AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request) {
      throw nobody();
    }

    @Override
    public CreateTopicResponse createTopic(CreateTopicRequest request) {
      throw nobody();
    }

    @Override
    public DeleteTopicResponse deleteTopic(DeleteTopicRequest request) {
      throw nobody();
    }

    @Override
    public AllocateProducerIdsResponse allocateProducerIds(AllocateProducerIdsRequest request) {
      throw nobody();
    }

    private OttlaException nobody() {
      return new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "nobody is called here");
    }
  };

  private final NodeConfig config;
  private final MonotonicClock clock;
  private final BrokerSession session;
  private final List<StartedDirectory> directories;
  private final String clusterId;
  private final RestartClass restartClass;
  private final Registrar registrar;
  private final HeartbeatLoop heartbeats;

  /** A process that starts with this directory. */
  public SessionTurns(NodeConfig config, MonotonicClock clock, String clusterId,
      List<StartedDirectory> directories, UUID incarnation, RestartClass restartClass, LongSupplier appliedIndex,
      BooleanSupplier ready, Supplier<StorageReport> storage) {
    this.config = config;
    this.clock = clock;
    this.session = new BrokerSession(config.nodeId(), config.broker().sessionMs(), clock);
    this.directories = List.copyOf(directories);
    this.clusterId = clusterId;
    this.restartClass = restartClass;
    this.registrar = new Registrar(config, NOBODY, session, incarnation);
    this.heartbeats = new HeartbeatLoop(session, NOBODY, clock, config.broker().heartbeatMs(), appliedIndex, ready,
        storage, failure -> {
          throw new IllegalStateException("heartbeats failed", failure);
        });
  }

  /** The standing with the controllers. */
  public BrokerSession session() {
    return session;
  }

  /** The registration to ask for. */
  public RegisterBrokerRequest registration() {
    return registrar.request(directories, clusterId, restartClass);
  }

  /** A controller took it. */
  public void registered(RegisterBrokerResponse response) {
    registrar.accepted(directories, clusterId, restartClass, response);
  }

  /** Milliseconds between heartbeats. */
  public long heartbeatMs() {
    return config.broker().heartbeatMs();
  }

  /** The time to remember with a heartbeat. */
  public long nowMs() {
    return clock.millis();
  }

  /** The next heartbeat. */
  public HeartbeatRequest heartbeat() {
    return heartbeats.request();
  }

  /** An answer to a heartbeat. */
  public void answered(long sentAtMs, HeartbeatResponse answer) {
    heartbeats.answered(sentAtMs, answer);
  }

  /** Whether this error ends the process: its identity is another one's. */
  public static boolean isOver(ErrorCode code) {
    return code == ErrorCode.STALE_BROKER_EPOCH || code == ErrorCode.UNKNOWN_BROKER;
  }

  /** Asks to leave from the next heartbeat on (M19). */
  public void leave() {
    heartbeats.leave();
  }

  /** Whether it may go. */
  public boolean mayShutDown() {
    return heartbeats.mayShutDown();
  }
}
