package io.ottla.broker.boot;

import io.ottla.broker.gateway.AdminGateway;
import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.api.ApiFilter;
import io.ottla.broker.http.api.ErrorAdvice;
import io.ottla.broker.http.api.JsonErrorReportValve;
import io.ottla.broker.http.api.v2.AdminController;
import io.ottla.broker.http.api.v2.MetadataController;
import io.ottla.broker.http.api.v2.ProduceController;
import io.ottla.broker.http.api.v2.RecordsController;
import io.ottla.broker.http.api.v3.BrokerChangesController;
import io.ottla.broker.http.api.v3.ClustersController;
import io.ottla.broker.http.api.v3.ElectionsController;
import io.ottla.broker.http.api.v3.PartitionsController;
import io.ottla.broker.http.api.v3.ReassignmentsController;
import io.ottla.broker.http.api.v3.TopicChangesController;
import io.ottla.broker.http.api.v3.TopicsController;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.NodeConfig;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.PropertySource;
import org.springframework.core.Ordered;

/**
 * The client API of a broker: its controllers over the gateways, its filter and error pages in front of them. Needs {@link NodeConfig},
 * {@link BrokerView}, {@link RecordGateway}, {@link AdminGateway} and {@link MaintenanceGateway} in the context.
 */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:io/ottla/broker/boot/client-api.properties")
@Import({ClientApiMvc.class, ClientApiDocumentation.class})
public class ClientApiWiring {
  @Bean
  ErrorAdvice errorAdvice() {
    return new ErrorAdvice();
  }

  @Bean
  MetadataController metadataController(BrokerView view, RecordGateway records) {
    return new MetadataController(view, records);
  }

  @Bean
  ProduceController produceController(RecordGateway records, BrokerView view, NodeConfig config) {
    return new ProduceController(records, view, config.http());
  }

  @Bean
  RecordsController recordsController(RecordGateway records, NodeConfig config) {
    return new RecordsController(records, config.http());
  }

  @Bean
  AdminController adminController(AdminGateway admin, NodeConfig config) {
    return new AdminController(admin, config.http());
  }

  @Bean
  ClustersController clustersController(BrokerView view) {
    return new ClustersController(view);
  }

  @Bean
  TopicsController topicsController(BrokerView view, AdminGateway admin, NodeConfig config) {
    return new TopicsController(view, admin, config.http());
  }

  @Bean
  PartitionsController partitionsController(BrokerView view, RecordGateway records) {
    return new PartitionsController(view, records);
  }

  @Bean
  TopicChangesController topicChangesController(BrokerView view, MaintenanceGateway gateway, NodeConfig config) {
    return new TopicChangesController(view, gateway, config.http());
  }

  @Bean
  ReassignmentsController reassignmentsController(BrokerView view, MaintenanceGateway gateway, NodeConfig config) {
    return new ReassignmentsController(view, gateway, config.http());
  }

  @Bean
  ElectionsController electionsController(BrokerView view, MaintenanceGateway gateway, NodeConfig config) {
    return new ElectionsController(view, gateway, config.http());
  }

  @Bean
  BrokerChangesController brokerChangesController(BrokerView view, MaintenanceGateway gateway) {
    return new BrokerChangesController(view, gateway);
  }

  /** First of all filters, so that metrics and controllers see paths in one form. */
  @Bean
  FilterRegistrationBean<ApiFilter> apiFilter(NodeConfig config) {
    FilterRegistrationBean<ApiFilter> registration = new FilterRegistrationBean<>(
        new ApiFilter(config.http().maxBodyBytes()));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  /** Tomcat's own refusals in the API's shape. */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> jsonErrorPages() {
    return factory -> factory.addContextCustomizers(context -> {
      if (context.getParent() instanceof StandardHost host) {
        host.getPipeline().addValve(new JsonErrorReportValve());
        host.setErrorReportValveClass(JsonErrorReportValve.class.getName());
      }
    });
  }
}
