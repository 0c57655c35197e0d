package io.ottla.broker.boot;

import io.ottla.broker.gateway.AdminGateway;
import io.ottla.broker.gateway.ClusterRecordGateway;
import io.ottla.broker.gateway.ControllerAdminGateway;
import io.ottla.broker.gateway.ControllerMaintenanceGateway;
import io.ottla.broker.gateway.GatewayLimits;
import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.gateway.ProducerIdBlocks;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.outbound.PeerPartitionServices;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.Listener;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.FaultEndpoints;
import io.ottla.common.http.InternalServer;
import io.ottla.common.random.RandomSource;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.time.MonotonicClock;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A broker process: the node, the gateways over it, and the client API over these. Needs {@link NodeConfig} in the context. */
@Configuration(proxyBeanMethods = false)
@BrokerAutoConfiguration
@Import({ClientApiWiring.class, BrokerHealthWiring.class})
public class BrokerWiring {
  @Bean
  MonotonicClock monotonicClock() {
    return MonotonicClock.system();
  }

  @Bean
  RandomSource randomSource() {
    return new SecureRandomSource();
  }

  @Bean
  InternalServer internalServer(NodeConfig config) {
    Listener internal = config.listener(Listener.INTERNAL);
    return InternalServer.start(internal.host(), internal.port());
  }

  @Bean
  NodeFaults nodeFaults(NodeConfig config, InternalServer server) {
    return FaultEndpoints.install(config.faults(), server);
  }

  @Bean
  BrokerNode brokerNode(NodeConfig config, InternalServer server, MonotonicClock clock, RandomSource random,
      FatalExit fatalExit, NodeFaults faults) {
    return new BrokerNode(config, server, clock, System::currentTimeMillis, random, fatalExit, faults);
  }

  @Bean
  FatalExit fatalExit() {
    return new FatalExit();
  }

  @Bean
  BrokerView brokerView(BrokerNode node) {
    return node.view();
  }

  @Bean
  PeerPartitionServices peerPartitionServices(NodeConfig config, BrokerView view, NodeFaults faults) {
    return new PeerPartitionServices(config.nodeId(), view::clusterId, 2, faults);
  }

  @Bean
  RecordGateway recordGateway(BrokerNode node, BrokerView view, PeerPartitionServices peers, MonotonicClock clock,
      NodeConfig config) {
    return new ClusterRecordGateway(view, node.partitions(), peers, clock, System::currentTimeMillis,
        GatewayLimits.standard(config.broker().messageMaxBytes()),
        new ProducerIdBlocks(node.controllers(), view, clock));
  }

  @Bean
  AdminGateway adminGateway(BrokerNode node, BrokerView view, RandomSource random) {
    return new ControllerAdminGateway(node.controllers(), view, random);
  }

  @Bean
  MaintenanceGateway maintenanceGateway(BrokerNode node, BrokerView view) {
    return new ControllerMaintenanceGateway(node.maintenance(), view);
  }

  @Bean
  BrokerLifecycle brokerLifecycle(BrokerNode node) {
    return new BrokerLifecycle(node);
  }

  /**
   * Starts the node after, and stops it before, the web servers: while leaderships move away, clients are still answered, and logs close when
   * nothing is under way any more.
   */
  static final class BrokerLifecycle implements SmartLifecycle {
    private final BrokerNode node;
    private volatile boolean running;

    BrokerLifecycle(BrokerNode node) {
      this.node = node;
    }

    @Override
    public void start() {
      running = true;
      node.start();
    }

    @Override
    public void stop() {
      running = false;
      node.close();
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }
}
