package io.ottla.standalone;

import io.micrometer.core.instrument.MeterRegistry;
import io.ottla.broker.boot.BrokerWiring;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.boot.LoopsHealthIndicator;
import io.ottla.controller.boot.QuorumHealthIndicator;
import io.ottla.controller.metrics.QuorumMetrics;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A broker's beans, and a controller on the same internal server. */
@Configuration(proxyBeanMethods = false)
@Import(BrokerWiring.class)
class StandaloneWiring {
  @Bean
  QuorumMetrics quorumMetrics(MeterRegistry registry) {
    return new QuorumMetrics(registry);
  }

  @Bean
  ControllerRole controllerRole(NodeConfig config, InternalServer server, QuorumMetrics metrics, MonotonicClock clock,
      NodeFaults faults) {
    return new ControllerRole(config, server, metrics, clock, faults);
  }

  @Bean
  QuorumHealthIndicator quorumHealthIndicator(ControllerRole role, NodeFaults faults) {
    return new QuorumHealthIndicator(role::state, role::status, faults.isEnabled());
  }

  @Bean
  LoopsHealthIndicator controllerLoopsHealthIndicator(ControllerRole role) {
    return new LoopsHealthIndicator(role::beats);
  }
}
