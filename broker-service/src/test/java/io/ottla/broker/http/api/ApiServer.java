package io.ottla.broker.http.api;

import io.ottla.broker.boot.ClientApiWiring;
import io.ottla.common.config.NodeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The client API as a broker serves it, on a port of its own, above a {@link FakeCluster}. Started once for all tests. */
final class ApiServer {
  static final int MAX_BODY_BYTES = 200_000;
  static final int MAX_RECORDS = 1000;

  private static final FakeCluster CLUSTER = new FakeCluster();
  private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ConfigurableApplicationContext CONTEXT = new SpringApplicationBuilder(Application.class)
      .run("--server.port=0", "--server.address=127.0.0.1", "--management.server.port=0",
          "--spring.main.banner-mode=off");

  private ApiServer() {
  }

  /** What a broker brings, by hand. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(ClientApiWiring.class)
  static class Application {
    @Bean
    FakeCluster cluster() {
      return CLUSTER;
    }

    @Bean
    NodeConfig config() {
      Map<String, String> settings = Map.of("process.roles", "broker", "node.id", "1",
          "controller.quorum.bootstrap.servers", "127.0.0.1:1", "listeners",
          "CLIENT://127.0.0.1:8081,INTERNAL://127.0.0.1:19081", "http.max.body.bytes", "" + MAX_BODY_BYTES,
          "http.max.records", "" + MAX_RECORDS, "message.max.bytes", "10000");
      return NodeConfig.read(settings::get, "localhost");
    }
  }

  /** The cluster below the API, emptied. */
  static FakeCluster freshCluster() {
    CLUSTER.reset();
    return CLUSTER;
  }

  static int port() {
    return Objects.requireNonNull(((ServletWebServerApplicationContext) CONTEXT).getWebServer()).getPort();
  }

  static URI uri(String pathAndQuery) {
    return URI.create("http://127.0.0.1:" + port() + pathAndQuery);
  }

  static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  static HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).header("Accept", accept).build());
  }

  static HttpResponse<String> post(String path, String contentType, String body)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).header("Content-Type", contentType)
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }
}
