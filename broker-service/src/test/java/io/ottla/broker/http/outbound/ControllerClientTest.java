package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.ottla.common.config.Listener;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.WireJson;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls to controllers that are slow, broken, gone, or not the active one. */
class ControllerClientTest {
  private static final String HEARTBEAT = "/cluster/v1/brokers/heartbeat";
  private static final String DELETE = "/cluster/v1/topics/delete";
  private static final int SESSION_MS = 3_000;
  private static final int NOBODY = 1;

  private final WireMockServer first = started();
  private final WireMockServer second = started();
  private final ControllerClient client = client(first.port());

  private static WireMockServer started() {
    WireMockServer server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    server.start();
    return server;
  }

  private static ControllerClient client(int... ports) {
    List<Listener> bootstrap = java.util.Arrays.stream(ports)
        .mapToObj(port -> new Listener(Listener.INTERNAL, "127.0.0.1", port)).toList();
    return new ControllerClient(bootstrap, SESSION_MS, MonotonicClock.system());
  }

  @AfterEach
  void stop() {
    client.close();
    first.stop();
    second.stop();
  }

  private static HeartbeatRequest heartbeat() {
    return new HeartbeatRequest("c", 1, 2, 3, false, false, List.of(), List.of());
  }

  private static ResponseDefinitionBuilder ok() {
    return aResponse().withBody(WireJson.write(new HeartbeatResponse(false, false, true, 4, 5)));
  }

  private static ResponseDefinitionBuilder refusal(ErrorCode code, LeaderHint... leader) {
    return aResponse().withStatus(code.httpStatus())
        .withBody(WireJson.write(new ErrorReply(code, "no", leader.length == 0 ? null : leader[0])));
  }

  private static ErrorCode failure(Runnable call) {
    return catchThrowableOfType(OttlaException.class, call::run).code();
  }

  @Test
  void followsTheHintToTheActiveControllerAndStaysThere() {
    first.stubFor(post(HEARTBEAT).willReturn(
        refusal(ErrorCode.NOT_CONTROLLER, new LeaderHint(2, 4, "127.0.0.1", second.port()))));
    second.stubFor(post(HEARTBEAT).willReturn(ok()));
    assertThat(client.heartbeat(heartbeat()).commitIndex()).isEqualTo(5);
    client.heartbeat(heartbeat());
    first.verify(1, postRequestedFor(urlEqualTo(HEARTBEAT)));
    second.verify(2, postRequestedFor(urlEqualTo(HEARTBEAT)));
  }

  @Test
  void passesByAControllerThatIsGone() {
    second.stubFor(post(HEARTBEAT).willReturn(ok()));
    try (ControllerClient other = client(NOBODY, second.port())) {
      assertThat(other.heartbeat(heartbeat()).term()).isEqualTo(4);
    }
  }

  @Test
  void aRefusalIsHandedOnAndNotRepeated() {
    first.stubFor(post(HEARTBEAT).willReturn(refusal(ErrorCode.STALE_BROKER_EPOCH)));
    assertThat(failure(() -> client.heartbeat(heartbeat()))).isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
    first.verify(1, postRequestedFor(urlEqualTo(HEARTBEAT)));
  }

  @Test
  void aLostAnswerToADeletionIsUnknownAndNotRepeated() {
    first.stubFor(post(DELETE).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    assertThat(failure(() -> client.deleteTopic(new DeleteTopicRequest("t")))).isEqualTo(ErrorCode.INDETERMINATE);
    first.verify(1, postRequestedFor(urlEqualTo(DELETE)));
  }

  @Test
  void nobodyThereIsNotUnknown() {
    try (ControllerClient other = client(NOBODY)) {
      assertThat(failure(() -> other.heartbeat(heartbeat()))).isEqualTo(ErrorCode.CONTROLLER_NOT_AVAILABLE);
    }
  }

  /** M14: one hanging controller does not eat the session. */
  @Test
  void aHangingControllerTakesLessThanHalfASession() {
    first.stubFor(post(HEARTBEAT).willReturn(ok().withFixedDelay(20_000)));
    long startNanos = System.nanoTime();
    assertThat(failure(() -> client.heartbeat(heartbeat()))).isEqualTo(ErrorCode.INDETERMINATE);
    assertThat((System.nanoTime() - startNanos) / 1_000_000).isLessThan(SESSION_MS / 2 + 500);
  }
}
