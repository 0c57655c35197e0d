package io.ottla.broker.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.ottla.broker.metrics.BrokerMetrics;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.time.MonotonicClock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;

/** What a broker tells of its health and in numbers, on the management server and at {@code /livez} and {@code /readyz} for clients. */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:io/ottla/broker/boot/management.properties")
public class BrokerHealthWiring {
  @Bean
  CatchUp catchUp(HealthSource source, MonotonicClock clock) {
    return new CatchUp(source::status, clock);
  }

  @Bean
  HealthIndicator brokerHealthIndicator(HealthSource source, CatchUp catchUp, ObjectProvider<NodeFaults> faults) {
    return new BrokerReadiness(source::status, catchUp, faults.getIfAvailable(() -> NodeFaults.OFF).isEnabled());
  }

  @Bean
  HealthIndicator registrationHealthIndicator(HealthSource source) {
    return new RegistrationHealth(source::status);
  }

  @Bean
  HealthIndicator replicasHealthIndicator(HealthSource source, CatchUp catchUp) {
    return new ReplicasHealth(source::status, catchUp);
  }

  @Bean
  HealthIndicator logDirsHealthIndicator(HealthSource source) {
    return new LogDirsHealth(source::status);
  }

  @Bean
  HealthIndicator loopsHealthIndicator(HealthSource source) {
    return new LoopsHealth(source::heartbeatAgeMs);
  }

  @Bean
  BrokerMetrics brokerMetrics(MeterRegistry registry, HealthSource source) {
    return new BrokerMetrics(registry, source::status, source::producers);
  }
}
