package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.lifecycle.BrokerState;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.availability.ReadinessState;

/** What probes and operators are told, on the management server and on the client port. */
class HealthTest {
  private static final ApiServer.FakeHealth HEALTH = ApiServer.HEALTH;

  @BeforeEach
  @AfterEach
  void well() {
    ApiServer.freshCluster();
    HEALTH.state = BrokerState.RUNNING;
    HEALTH.logDirOnline = true;
    HEALTH.heartbeatAgeMs = 10;
  }

  private static HttpResponse<String> management(String path) throws Exception {
    return ApiServer.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ApiServer.managementPort() + path)).build());
  }

  @ParameterizedTest
  @CsvSource({"RUNNING, 200, UP", "RECOVERING, 503, REGISTERING", "REGISTERING, 503, REGISTERING",
      "FENCED, 503, FENCED", "STOPPING, 503, DRAINING", "FAILED, 503, DOWN"})
  void readinessFollowsTheStateOfThisBroker(BrokerState state, int status, String judged) throws Exception {
    HEALTH.state = state;
    for (HttpResponse<String> response : List.of(management("/actuator/health/readiness"),
        ApiServer.get("/readyz"), ApiServer.get("/ready"), ApiServer.get("/status/ready"))) {
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      assertThat(response.body()).startsWith("{\"status\":\"" + judged + "\"");
    }
  }

  /** Spring itself turns readiness off while it stops; a load balancer should still read the reason. */
  @Test
  void aBrokerThatLeavesSaysThatItDrains() throws Exception {
    HEALTH.state = BrokerState.STOPPING;
    ApiServer.acceptTraffic(ReadinessState.REFUSING_TRAFFIC);
    try {
      assertThat(ApiServer.get("/readyz").body()).startsWith("{\"status\":\"DRAINING\"");
    } finally {
      ApiServer.acceptTraffic(ReadinessState.ACCEPTING_TRAFFIC);
    }
  }

  @Test
  void livenessDependsOnNothingButTheProcess() throws Exception {
    HEALTH.state = BrokerState.FENCED;
    HEALTH.logDirOnline = false;
    assertThat(management("/actuator/health/liveness").statusCode()).isEqualTo(200);
    assertThat(ApiServer.get("/livez").statusCode()).isEqualTo(200);
    assertThat(ApiServer.get("/healthy/").statusCode()).isEqualTo(200);
    HEALTH.heartbeatAgeMs = 60_001;
    assertThat(management("/actuator/health/liveness").statusCode()).isEqualTo(503);
    assertThat(ApiServer.get("/livez").statusCode()).isEqualTo(503);
    assertThat(ApiServer.get("/_health").statusCode()).isEqualTo(503);
  }

  @Test
  void aFailedLogDirectoryTakesTheBrokerOutOfService() throws Exception {
    HEALTH.logDirOnline = false;
    assertThat(management("/actuator/health/readiness").statusCode()).isEqualTo(503);
    assertThat(management("/actuator/health").body()).contains("\"logDirs\":{\"status\":\"DOWN\"");
  }

  @Test
  void detailsAreShown() throws Exception {
    HttpResponse<String> response = management("/actuator/health");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("\"registration\":{\"status\":\"UP\"").contains("\"brokerEpoch\":7")
        .contains("\"replicas\":{\"status\":\"UP\"").contains("\"leaders\":1").doesNotContain("diskSpace");
  }

  @Test
  void onlyHealthMetricsAndInfoAreShown() throws Exception {
    for (String path : new String[] {"env", "heapdump", "beans", "loggers", "configprops", "shutdown", "threaddump",
        "mappings", "metrics"}) {
      assertThat(management("/actuator/" + path).statusCode()).as(path).isEqualTo(404);
    }
    assertThat(management("/actuator/info").statusCode()).isEqualTo(200);
    assertThat(management("/topics").statusCode()).isEqualTo(404);
    assertThat(ApiServer.get("/actuator/health").statusCode()).isEqualTo(404);
  }

  @Test
  void metricsNameRequestsByTheirTemplatesAndShowTheBroker() throws Exception {
    ApiServer.get("/topics/orders/");
    ApiServer.get("/topics/orders/partitions/0/records");
    String metrics = management("/actuator/prometheus").body();
    assertThat(metrics).contains("uri=\"/topics/{topic}\"")
        .contains("uri=\"/topics/{topic}/partitions/{partition}/records\"")
        .contains("ottla_replicas{state=\"leader\"} 1.0").contains("ottla_replicas{state=\"follower\"} 2.0")
        .contains("ottla_producers 0.0").contains("ottla_produce_duplicates_total 0.0")
        .contains("ottla_metadata_lag_entries 2.0").contains("ottla_log_dir_online 1.0")
        .contains("ottla_broker_state{state=\"running\"} 1.0").contains("jvm_memory_used_bytes")
        .doesNotContain("uri=\"/topics/orders");
  }
}
