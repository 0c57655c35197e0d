package io.ottla.controller.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.ottla.common.config.NodeConfig;
import io.ottla.controller.metrics.QuorumMetrics;
import io.ottla.controller.runtime.FatalHandler;
import org.springframework.boot.actuate.autoconfigure.availability.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.availability.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.health.HealthContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.health.HealthEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.JvmMetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.SystemMetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.servlet.ServletManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of a controller-only process, and the few parts of Spring Boot that serve its management endpoints. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({PropertyPlaceholderAutoConfiguration.class, ConfigurationPropertiesAutoConfiguration.class,
    LifecycleAutoConfiguration.class, ApplicationAvailabilityAutoConfiguration.class,
    ServletWebServerFactoryAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class, JacksonAutoConfiguration.class,
    ErrorMvcAutoConfiguration.class, EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class,
    ManagementContextAutoConfiguration.class, ServletManagementContextAutoConfiguration.class,
    HealthEndpointAutoConfiguration.class, HealthContributorAutoConfiguration.class,
    AvailabilityHealthContributorAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class,
    InfoEndpointAutoConfiguration.class, InfoContributorAutoConfiguration.class, MetricsAutoConfiguration.class,
    CompositeMeterRegistryAutoConfiguration.class, PrometheusMetricsExportAutoConfiguration.class,
    JvmMetricsAutoConfiguration.class, SystemMetricsAutoConfiguration.class})
class ControllerWiring {
  /** Something to restart for. */
  static final int EXIT_FATAL = 2;

  @Bean
  QuorumMetrics quorumMetrics(MeterRegistry registry) {
    return new QuorumMetrics(registry);
  }

  /** The process ends without its shutdown hooks: after a failed force nothing more may be written (Q42). */
  @Bean
  FatalHandler fatalHandler() {
    return (_, _) -> Runtime.getRuntime().halt(EXIT_FATAL);
  }

  @Bean
  ControllerProcess controllerProcess(NodeConfig config, QuorumMetrics metrics, FatalHandler fatal) {
    return new ControllerProcess(config, metrics, fatal);
  }

  @Bean
  QuorumHealthIndicator quorumHealthIndicator(ControllerProcess process, NodeConfig config) {
    return new QuorumHealthIndicator(process::state, process::status, config.faults());
  }

  @Bean
  LoopsHealthIndicator loopsHealthIndicator(ControllerProcess process) {
    return new LoopsHealthIndicator(process::beats);
  }
}
