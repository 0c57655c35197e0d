package io.ottla.broker.boot;

import io.ottla.broker.http.api.AcceptInterceptor;
import io.ottla.broker.http.api.StartedInterceptor;
import io.ottla.broker.runtime.BrokerView;
import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** How Spring MVC serves the client API: each path has one natural type, and the API's own rules decide who may read it. */
@Configuration(proxyBeanMethods = false)
class ClientApiMvc implements WebMvcConfigurer {
  private static final List<String> API = List.of("/", "/brokers", "/topics", "/topics/**", "/admin/**", "/v3/**");

  private final BrokerView view;

  ClientApiMvc(BrokerView view) {
    this.view = view;
  }

  @Override
  public void configureContentNegotiation(ContentNegotiationConfigurer configurer) {
    configurer.strategies(List.of(request -> List.of(MediaType.ALL)));
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new StartedInterceptor(view)).addPathPatterns(API);
    registry.addInterceptor(new AcceptInterceptor()).addPathPatterns(API)
        .excludePathPatterns("/topics/*/partitions/*/records");
  }
}
