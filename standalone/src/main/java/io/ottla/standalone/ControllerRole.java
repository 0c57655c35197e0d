package io.ottla.standalone;

import java.util.List;

import io.ottla.common.config.NodeConfig;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.boot.ControllerNode;
import io.ottla.controller.metrics.QuorumMetrics;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.LoopBeat;
import io.ottla.controller.runtime.NodeState;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** The controller in Spring's lifecycle: up before the broker, and down after it, since a broker that leaves asks its controller first. */
final class ControllerRole implements SmartLifecycle {
  private static final NodeState NOT_STARTED = new NodeState(NodeState.Stage.STARTING, "");
  private static final int EXIT_FATAL = 2;
  /** The broker has the default phase: phases start in ascending order and stop in descending order. */
  private static final int BEFORE_THE_BROKER = DEFAULT_PHASE - 1;

  private final NodeConfig config;
  private final InternalServer server;
  private final QuorumMetrics metrics;
  private final MonotonicClock clock;
  private final NodeFaults faults;
  private volatile @Nullable ControllerNode node;

  ControllerRole(NodeConfig config, InternalServer server, QuorumMetrics metrics, MonotonicClock clock,
      NodeFaults faults) {
    this.faults = faults;
    this.config = config;
    this.server = server;
    this.metrics = metrics;
    this.clock = clock;
    metrics.bind(this::status);
  }

  @Override
  public void start() {
    node = ControllerNode.start(config, server, metrics, clock, (_, _) -> Runtime.getRuntime().halt(EXIT_FATAL),
        faults);
  }

  @Override
  public void stop() {
    ControllerNode running = node;
    if (running != null) {
      running.close();
      node = null;
    }
  }

  @Override
  public boolean isRunning() {
    return node != null;
  }

  @Override
  public int getPhase() {
    return BEFORE_THE_BROKER;
  }

  NodeState state() {
    ControllerNode running = node;
    return running == null ? NOT_STARTED : running.state();
  }

  @Nullable
  ControllerStatus status() {
    ControllerNode running = node;
    return running == null ? null : running.status();
  }

  List<LoopBeat> beats() {
    ControllerNode running = node;
    return running == null ? List.of() : running.beats();
  }
}
