package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.ottla.common.config.Listener;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.LostReplica;
import io.ottla.common.wire.ReplicaDirectory;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls to controllers that are slow, broken, gone, or not the active one. */
class ControllerClientTest {
  private static final String HEARTBEAT = "/cluster/v1/brokers/heartbeat";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CREATE = "/cluster/v1/topics";
  private static final String IDS = "/cluster/v1/producer-ids";
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
    return client(new ActiveController(), ports);
  }

  private static ControllerClient client(ActiveController active, int... ports) {
    List<Listener> bootstrap = java.util.Arrays.stream(ports)
        .mapToObj(port -> new Listener(Listener.INTERNAL, "127.0.0.1", port)).toList();
    return new ControllerClient(bootstrap, SESSION_MS, MonotonicClock.system(), active, NodeFaults.OFF);
  }

  @AfterEach
  void stop() {
    client.close();
    first.stop();
    second.stop();
  }

  private static HeartbeatRequest heartbeat() {
    return new HeartbeatRequest("c", 1, 2, 3, false, false, List.of(), List.of(), List.of());
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

  /** M14: what failed is named as the controllers read it. */
  @Test
  void aHeartbeatNamesWhatFailed() {
    first.stubFor(post(HEARTBEAT).willReturn(ok()));
    UUID topic = new UUID(0, 7);
    client.heartbeat(new HeartbeatRequest("c", 1, 2, 3, false, false, List.of(new UUID(0, 1)),
        List.of(new LostReplica(topic, 4, 9)), List.of(new ReplicaDirectory(topic, 5, new UUID(0, 2)))));
    first.verify(postRequestedFor(urlEqualTo(HEARTBEAT)).withRequestBody(equalToJson("""
        {"offlineDirectoryIds": ["00000000-0000-0000-0000-000000000001"],
         "lostReplicas": [{"topicId": "00000000-0000-0000-0000-000000000007", "partition": 4, "leaderEpoch": 9}],
         "replicaDirectories": [{"topicId": "00000000-0000-0000-0000-000000000007", "partition": 5,
                                 "directoryId": "00000000-0000-0000-0000-000000000002"}]}""", true, true)));
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

  /** P36: another block is as good, and nobody will ever be given the first. */
  @Test
  void producerIdsAreAskedForAgainWhenTheAnswerWasLost() {
    first.stubFor(post(IDS).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    second.stubFor(post(IDS).willReturn(aResponse()
        .withBody(WireJson.write(new AllocateProducerIdsResponse((1L << 53) + 1, 1_000)))));
    try (ControllerClient both = client(first.port(), second.port())) {
      assertThat(both.allocateProducerIds(new AllocateProducerIdsRequest("c", 1, 2)).firstProducerId())
          .isEqualTo((1L << 53) + 1);
    }
    second.verify(1,
        postRequestedFor(urlEqualTo(IDS)).withRequestBody(matchingJsonPath("$.brokerEpoch", equalTo("2"))));
  }

  @Test
  void nobodyThereIsNotUnknown() {
    try (ControllerClient other = client(NOBODY)) {
      assertThat(failure(() -> other.heartbeat(heartbeat()))).isEqualTo(ErrorCode.CONTROLLER_NOT_AVAILABLE);
    }
  }

  // ---- the active controller dies, and another takes over

  private static CreateTopicRequest creation() {
    return new CreateTopicRequest("t", 1, 1, null, Map.of(), false);
  }

  private static CreateTopicRequest creationWithId() {
    return creation().withId(new UUID(1, 2), 7);
  }

  private static ResponseDefinitionBuilder created() {
    return aResponse().withBody(WireJson.write(new CreateTopicResponse(new UUID(1, 2), "t", 1, 1, 8)));
  }

  @Test
  void aCreationWithAChosenIdIsSentAgainWhenItsAnswerWasLost() {
    first.stubFor(post(CREATE).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    second.stubFor(post(CREATE).willReturn(created()));
    try (ControllerClient both = client(first.port(), second.port())) {
      assertThat(both.createTopic(creationWithId()).metadataIndex()).isEqualTo(8);
    }
    first.verify(1, postRequestedFor(urlEqualTo(CREATE)));
    second.verify(1, postRequestedFor(urlEqualTo(CREATE))
        .withRequestBody(matchingJsonPath("$.topicId", equalTo(new UUID(1, 2).toString())))
        .withRequestBody(matchingJsonPath("$.chosenAtIndex", equalTo("7"))));
  }

  @Test
  void aCreationWithoutOneIsUnknownThen() {
    first.stubFor(post(CREATE).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    second.stubFor(post(CREATE).willReturn(created()));
    try (ControllerClient both = client(first.port(), second.port())) {
      assertThat(failure(() -> both.createTopic(creation()))).isEqualTo(ErrorCode.INDETERMINATE);
    }
    second.verify(0, postRequestedFor(urlEqualTo(CREATE)));
  }

  /** M2: that a topic was deleted since may mean that this one was created and deleted. */
  @Test
  void aStaleIdIsARefusalUnlessAnAnswerWasLostBefore() {
    second.stubFor(post(CREATE).willReturn(refusal(ErrorCode.STALE_TOPIC_ID)));
    try (ControllerClient alone = client(second.port())) {
      assertThat(failure(() -> alone.createTopic(creationWithId()))).isEqualTo(ErrorCode.STALE_TOPIC_ID);
    }
    first.stubFor(post(CREATE).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    try (ControllerClient both = client(first.port(), second.port())) {
      assertThat(failure(() -> both.createTopic(creationWithId()))).isEqualTo(ErrorCode.INDETERMINATE);
    }
  }

  /** Refused without a look at the metadata: that says nothing about the attempt before. */
  @Test
  void aBusyControllerDoesNotTurnALostAnswerIntoARefusal() {
    first.stubFor(post(CREATE).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    second.stubFor(post(CREATE).inScenario("busy").whenScenarioStateIs(Scenario.STARTED)
        .willReturn(refusal(ErrorCode.BUSY)).willSetStateTo("free"));
    second.stubFor(post(CREATE).inScenario("busy").whenScenarioStateIs("free").willReturn(created()));
    try (ControllerClient both = client(first.port(), second.port())) {
      assertThat(both.createTopic(creationWithId()).metadataIndex()).isEqualTo(8);
    }
    second.resetAll();
    second.stubFor(post(CREATE).willReturn(refusal(ErrorCode.BUSY)));
    try (ControllerClient alone = client(second.port())) {
      assertThat(failure(() -> alone.createTopic(creationWithId()))).isEqualTo(ErrorCode.BUSY);
    }
  }

  /** Nobody is active for a while; then the one that answers says yes. */
  @Test
  void theSuccessorIsFoundSoonAfterItsElection() throws Exception {
    second.stubFor(post(CREATE).willReturn(refusal(ErrorCode.NOT_CONTROLLER)));
    try (ControllerClient orphaned = client(NOBODY, second.port())) {
      CompletableFuture<Long> done = CompletableFuture.supplyAsync(() -> {
        orphaned.createTopic(creationWithId());
        return System.nanoTime();
      }, Thread::startVirtualThread);
      await().atMost(PATIENCE).until(() -> creations() >= 5);
      second.stubFor(post(CREATE).willReturn(created()));
      long electedNanos = System.nanoTime();
      long tookMs = (done.get(30, TimeUnit.SECONDS) - electedNanos) / 1_000_000;
      System.out.println("successor found after " + tookMs + " ms");
      assertThat(tookMs).isLessThan(500);
    }
  }

  /** Thirty that asked around for themselves would ask several times as often. */
  @Test
  void oneOfManyCallsThatWaitAsksAroundAndTheOthersAreTold() {
    int callers = 30;
    second.stubFor(post(CREATE).willReturn(refusal(ErrorCode.NOT_CONTROLLER)));
    try (ControllerClient orphaned = client(NOBODY, second.port())) {
      List<CompletableFuture<CreateTopicResponse>> calls = new ArrayList<>();
      long startNanos = System.nanoTime();
      for (int i = 0; i < callers; i++) {
        calls.add(CompletableFuture.supplyAsync(() -> orphaned.createTopic(creationWithId()),
            Thread::startVirtualThread));
      }
      await().atMost(PATIENCE).until(() -> creations() >= callers + 15);
      long askingMs = (System.nanoTime() - startNanos) / 1_000_000;
      assertThat((long) creations()).isLessThan(2L * callers + askingMs / 5);
      second.stubFor(post(CREATE).willReturn(created()));
      await().atMost(PATIENCE).until(() -> calls.stream().allMatch(CompletableFuture::isDone));
      assertThat(calls).noneMatch(CompletableFuture::isCompletedExceptionally);
    }
  }

  private int creations() {
    return second.countRequestsMatching(postRequestedFor(urlEqualTo(CREATE)).build()).getCount();
  }

  /** SIGSTOP: it neither answers nor hangs up, and the news comes from elsewhere. */
  @Test
  void aCallThatHangsMovesOnWhenAnotherControllerBecomesActive() throws Exception {
    first.stubFor(post(CREATE).willReturn(created().withFixedDelay(20_000)));
    second.stubFor(post(CREATE).willReturn(created()));
    ActiveController active = new ActiveController();
    try (ControllerClient both = client(active, first.port(), second.port())) {
      active.heard(new LeaderHint(1, 4, "127.0.0.1", first.port()));
      CompletableFuture<CreateTopicResponse> call = CompletableFuture.supplyAsync(
          () -> both.createTopic(creationWithId()), Thread::startVirtualThread);
      await().atMost(PATIENCE).until(() -> first.countRequestsMatching(
          postRequestedFor(urlEqualTo(CREATE)).build()).getCount() == 1);
      active.heard(new LeaderHint(2, 5, "127.0.0.1", second.port()));
      assertThat(call.get(30, TimeUnit.SECONDS).metadataIndex()).isEqualTo(8);
      first.verify(1, postRequestedFor(urlEqualTo(CREATE)));
    }
  }

  private static boolean refuses(int port) throws IOException {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return false;
    } catch (ConnectException _) {
      return true;
    }
  }

  @Test
  void refusedConnectionsDoNotKeepAControllerFromBeingAskedOnceItIsBack() {
    first.stubFor(post(HEARTBEAT).willReturn(ok()));
    int port = first.port();
    first.stop();
    await().atMost(PATIENCE).until(() -> refuses(port)); // a server that has stopped may still take a connection, and reset it
    try (ControllerClient alone = client(port)) {
      assertThat(failure(() -> alone.heartbeat(heartbeat()))).isEqualTo(ErrorCode.CONTROLLER_NOT_AVAILABLE);
      WireMockServer back = new WireMockServer(options().port(port).bindAddress("127.0.0.1"));
      back.start();
      try {
        back.stubFor(post(HEARTBEAT).willReturn(ok()));
        assertThat(alone.heartbeat(heartbeat()).term()).isEqualTo(4);
      } finally {
        back.stop();
      }
    }
  }

  /** M14: one hanging controller does not eat the session. */
  @Test
  void aHangingControllerTakesLessThanHalfASession() {
    first.stubFor(post(HEARTBEAT).willReturn(ok()));
    // What a JVM does once, for the first call of all, is not the subject.
    await().atMost(PATIENCE).ignoreExceptionsInstanceOf(OttlaException.class).until(
        () -> client.heartbeat(heartbeat()).term() == 4);
    first.stubFor(post(HEARTBEAT).willReturn(ok().withFixedDelay(20_000)));
    long startNanos = System.nanoTime();
    assertThat(failure(() -> client.heartbeat(heartbeat()))).isEqualTo(ErrorCode.INDETERMINATE);
    assertThat((System.nanoTime() - startNanos) / 1_000_000).isLessThan(SESSION_MS / 2 + 500);
  }
}
