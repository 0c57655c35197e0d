package io.ottla.controller.boot;

import io.ottla.common.config.Listener;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.http.FaultEndpoints;
import io.ottla.common.http.InternalServer;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.metrics.QuorumMetrics;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.FatalHandler;
import io.ottla.controller.runtime.LoopBeat;
import io.ottla.controller.runtime.NodeState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Internal server and controller in Spring's lifecycle: up after the management server answers, down before it stops. */
final class ControllerProcess implements SmartLifecycle {
  private static final NodeState NOT_STARTED = new NodeState(NodeState.Stage.STARTING, "");

  private final NodeConfig config;
  private final QuorumMetrics metrics;
  private final FatalHandler fatal;
  private volatile @Nullable InternalServer server;
  private volatile @Nullable ControllerNode node;

  ControllerProcess(NodeConfig config, QuorumMetrics metrics, FatalHandler fatal) {
    this.config = config;
    this.metrics = metrics;
    this.fatal = fatal;
    metrics.bind(this::status);
  }

  @Override
  public void start() {
    Listener listener = config.listener(Listener.INTERNAL);
    InternalServer started = InternalServer.start(listener.host(), listener.port());
    server = started;
    node = ControllerNode.start(config, started, metrics, MonotonicClock.system(), fatal,
        FaultEndpoints.install(config.faults(), started));
  }

  @Override
  public void stop() {
    ControllerNode running = node;
    if (running != null) {
      running.close();
      node = null;
    }
    InternalServer started = server;
    if (started != null) {
      started.close();
      server = null;
    }
  }

  @Override
  public boolean isRunning() {
    return server != null;
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
