package io.ottla.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.CallFaults;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import reactor.netty.resources.LoopResources;

/** Faults are off unless the node was started with them; then they are switched on the internal server, and calls obey. */
class FaultEndpointsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final InternalServer server = InternalServer.start("127.0.0.1", 0);
  private final LoopResources loops = PeerClient.loops("test", 1);
  private final String self = "127.0.0.1:" + server.port();
  private final AtomicInteger arrived = new AtomicInteger();

  @AfterEach
  void close() {
    loops.dispose();
    server.close();
  }

  private PeerClient client(NodeFaults faults) {
    server.route("GET", "/x", (request, response) -> {
      arrived.incrementAndGet();
      InternalExchange.reply(response, List.of());
    });
    return new PeerClient("test", "127.0.0.1", server.port(), 2, loops, faults);
  }

  private static PeerResponse post(PeerClient client, String path, String json) throws Exception {
    return PeerClient.await(client.post(path, MediaType.APPLICATION_JSON,
        json.getBytes(java.nio.charset.StandardCharsets.UTF_8), LONG));
  }

  @Test
  void aNodeWithoutTheSettingHasNoSuchRoutesAndCannotBeSwitched() throws Exception {
    NodeFaults faults = FaultEndpoints.install(false, server);
    try (PeerClient client = client(faults)) {
      for (String path : List.of(FaultEndpoints.STORAGE, FaultEndpoints.CALLS)) {
        assertThat(post(client, path, "{\"dropUnforced\":true,\"rules\":[]}").status()).isEqualTo(404);
      }
      assertThat(PeerClient.await(client.get(FaultEndpoints.STATUS, LONG)).status()).isEqualTo(404);
    }
    assertThat(faults).isSameAs(NodeFaults.OFF);
    assertThatThrownBy(() -> faults.storage(new StorageFaults(true, 0, 0, false, false)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> faults.calls(List.of())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsSetIsInForceAndShown() throws Exception {
    NodeFaults faults = FaultEndpoints.install(true, server);
    assertThat(faults.storage()).isEqualTo(StorageFaults.NONE);
    assertThat(faults.callsTo(self)).isEqualTo(CallFaults.NONE);
    try (PeerClient client = client(faults)) {
      assertThat(post(client, FaultEndpoints.STORAGE, "{\"forceDelayMs\":7}").ok()).isTrue();
      assertThat(post(client, FaultEndpoints.CALLS, "{\"rules\":[{\"peer\":\"h:1\",\"dropAnswers\":true}]}").ok())
          .isTrue();
      FaultEndpoints.Status status = PeerClient.await(client.get(FaultEndpoints.STATUS, LONG))
          .json(FaultEndpoints.Status.class);
      assertThat(status.storage()).isEqualTo(new StorageFaults(false, 0, 7, false, false));
      assertThat(status.calls()).containsExactly(new CallFaults("h:1", false, true, 0, 0));
    }
    assertThat(faults.callsTo("h:1").dropAnswers()).isTrue();
  }

  @Test
  void nonsenseIsRefused() throws Exception {
    NodeFaults faults = FaultEndpoints.install(true, server);
    try (PeerClient client = client(faults)) {
      for (String json : List.of("{\"forceDelayMs\":-1}", "{\"forceDelayMs\":60001}", "{")) {
        assertThat(post(client, FaultEndpoints.STORAGE, json).error().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
      }
      for (String json : List.of("{}", "{\"rules\":[{}]}", "{\"rules\":[{\"peer\":\"*\",\"delayRequestsMs\":-1}]}")) {
        assertThat(post(client, FaultEndpoints.CALLS, json).error().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
      }
    }
    assertThat(faults.storage()).isEqualTo(StorageFaults.NONE);
  }

  @Test
  void aDroppedRequestNeverArrivesAndTheCallerDoesNotKnow() {
    NodeFaults faults = NodeFaults.of(true);
    faults.calls(List.of(new CallFaults(self, true, false, 0, 0)));
    try (PeerClient client = client(faults)) {
      assertThatThrownBy(() -> PeerClient.await(client.get("/x", SHORT))).isInstanceOfSatisfying(PeerException.class,
          failure -> assertThat(failure.mayHaveBeenSent()).isTrue());
    }
    assertThat(arrived).hasValue(0);
  }

  @Test
  void ofADroppedAnswerTheRequestHasArrived() {
    NodeFaults faults = NodeFaults.of(true);
    faults.calls(List.of(new CallFaults(CallFaults.EVERYONE, false, true, 0, 0)));
    try (PeerClient client = client(faults)) {
      assertThatThrownBy(() -> PeerClient.await(client.get("/x", SHORT))).isInstanceOf(PeerException.class);
    }
    assertThat(arrived).hasValue(1);
  }

  @Test
  void delaysCountAgainstTheCallersLimitAndRulesForOthersDoNothing() throws Exception {
    NodeFaults faults = NodeFaults.of(true);
    try (PeerClient client = client(faults)) {
      faults.calls(List.of(new CallFaults(self, false, false, 20, 20)));
      long before = System.nanoTime();
      assertThat(PeerClient.await(client.get("/x", LONG)).ok()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(39));
      faults.calls(List.of(new CallFaults(self, false, false, 0, 10_000)));
      assertThatThrownBy(() -> PeerClient.await(client.get("/x", SHORT))).isInstanceOf(PeerException.class);
      faults.calls(List.of(new CallFaults(CallFaults.EVERYONE, true, true, 0, 0), new CallFaults(self, false, false, 0,
          0)));
      assertThat(PeerClient.await(client.get("/x", LONG)).ok()).isTrue();
    }
  }

  @Test
  void aForceIsLateOrFailsWhenSaid() throws IOException {
    NodeFaults faults = NodeFaults.of(true);
    faults.beforeForce();
    faults.storage(new StorageFaults(false, 0, 20, true, false));
    long before = System.nanoTime();
    assertThatThrownBy(faults::beforeForce).isInstanceOf(IOException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(19));
    NodeFaults.OFF.beforeForce();
  }
}
