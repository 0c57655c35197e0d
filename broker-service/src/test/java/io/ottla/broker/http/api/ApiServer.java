package io.ottla.broker.http.api;

import io.ottla.broker.boot.BrokerAutoConfiguration;
import io.ottla.broker.boot.BrokerHealthWiring;
import io.ottla.broker.boot.ClientApiWiring;
import io.ottla.broker.boot.HealthSource;
import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.broker.lifecycle.BrokerStatus;
import io.ottla.broker.lifecycle.ProducerCounts;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.time.MonotonicClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
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

  /** What health checks see; set by tests. */
  static final FakeHealth HEALTH = new FakeHealth();

  private static final FakeCluster CLUSTER = new FakeCluster();
  private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ConfigurableApplicationContext CONTEXT = new SpringApplicationBuilder(Application.class)
      .run("--server.port=0", "--server.address=127.0.0.1", "--management.server.port=0",
          "--spring.main.banner-mode=off",
          "--logging.level.org.springframework.web.servlet.PageNotFound=error");

  private ApiServer() {
  }

  /** What a broker brings, by hand. */
  @Configuration(proxyBeanMethods = false)
  @BrokerAutoConfiguration
  @Import({ClientApiWiring.class, BrokerHealthWiring.class})
  static class Application {
    @Bean
    FakeCluster cluster() {
      return CLUSTER;
    }

    @Bean
    HealthSource health() {
      return HEALTH;
    }

    @Bean
    MonotonicClock clock() {
      return () -> 0;
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

  static int managementPort() {
    return Objects.requireNonNull(CONTEXT.getEnvironment().getProperty("local.management.port", Integer.class));
  }

  static void acceptTraffic(ReadinessState state) {
    AvailabilityChangeEvent.publish(CONTEXT, state);
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

  static HttpResponse<String> send(String method, String path, String contentType, String body)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).header("Content-Type", contentType)
        .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.ofString(body)).build());
  }

  static HttpResponse<String> post(String path, String contentType, String body)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).header("Content-Type", contentType)
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** A broker's own view of itself. */
  static final class FakeHealth implements HealthSource {
    volatile BrokerState state = BrokerState.RUNNING;
    volatile int neverInSync;
    volatile boolean logDirOnline = true;
    volatile long heartbeatAgeMs = 10;

    @Override
    public BrokerStatus status() {
      boolean fenced = state != BrokerState.RUNNING;
      return new BrokerStatus(state, 7, fenced, true, 3, 3, 40, 42, 3, neverInSync, 1, 0,
          new TreeMap<>(Map.of("/data", logDirOnline)));
    }

    @Override
    public ProducerCounts producers() {
      return ProducerCounts.NONE;
    }

    @Override
    public OptionalLong heartbeatAgeMs() {
      return OptionalLong.of(heartbeatAgeMs);
    }
  }
}
