package io.ottla.broker.boot;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.ottla.broker.http.api.docs.ApiDescription;
import io.ottla.broker.runtime.BrokerView;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.util.Json31;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The API's description at {@code /openapi} and the page to try it at {@code /swagger-ui.html}. */
@Configuration(proxyBeanMethods = false)
class ClientApiDocumentation {
  @Bean
  ApiDescription apiDescription(BrokerView view) {
    return new ApiDescription(view::clusterId);
  }

  /** Names in the shapes as they are on the wire. */
  @Bean
  ModelResolver snakeCaseModels() {
    return new ModelResolver(Json31.mapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
        .openapi31(true);
  }
}
