package io.ottla.broker.boot;

import io.ottla.broker.http.api.AcceptInterceptor;
import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** How Spring MVC serves the client API: each path has one natural type, and the API's own rules decide who may read it. */
@Configuration(proxyBeanMethods = false)
class ClientApiMvc implements WebMvcConfigurer {
  @Override
  public void configureContentNegotiation(ContentNegotiationConfigurer configurer) {
    configurer.strategies(List.of(request -> List.of(MediaType.ALL)));
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new AcceptInterceptor())
        .addPathPatterns("/", "/brokers", "/topics", "/topics/**", "/admin/**", "/v3/**")
        .excludePathPatterns("/topics/*/partitions/*/records");
  }
}
