package io.ottla.controller.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.common.config.NodeSettings;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.DecommissionBrokerResponse;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.EndpointWire;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.GrowTopicResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;
import io.ottla.common.wire.UnregisterBrokerRequest;
import io.ottla.controller.runtime.RuntimeObserver;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.resources.LoopResources;

/** One controller over real HTTP: what administrators ask for gets through, and so do refusals, by their names. */
final class AdminEndpointsTest {
  private static final Duration CALL = Duration.ofSeconds(10);

  @TempDir
  Path path;
  private final LoopResources loops = PeerClient.loops("test", 1);
  private InternalServer server;
  private ControllerNode node;
  private PeerClient client;
  private String clusterId = "";

  @BeforeEach
  void start() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    server = InternalServer.start("127.0.0.1", port);
    node = ControllerNode.start(NodeSettings.gather(List.of("--process.roles=controller", "--node.id=1",
        "--listeners=INTERNAL://127.0.0.1:" + port, "--management.server.port=0",
        "--controller.quorum.initial.voters=1@127.0.0.1:" + port, "--log.dirs=" + path,
        "--broker.session.timeout.ms=120000", "--min.insync.replicas=1", "--default.replication.factor=1"), Map.of())
        .config("localhost"), server, RuntimeObserver.NONE, MonotonicClock.system(), (thread, cause) -> {
          throw new AssertionError(thread + " failed", cause);
        }, NodeFaults.OFF);
    client = new PeerClient("test", "127.0.0.1", port, 4, loops);
    await().atMost(Duration.ofSeconds(60)).until(() -> joined(1));
    joined(2);
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
    server.close();
    loops.dispose();
  }

  private boolean joined(int broker) throws Exception {
    PeerResponse registered = post("/cluster/v1/brokers/register",
        new RegisterBrokerRequest(null, broker, new UUID(1, broker), List.of(new UUID(2, broker)),
            List.of(new EndpointWire("INTERNAL", "127.0.0.1", 1)), null, -1, RestartClass.LOSSY, "sync"));
    if (!registered.ok()) {
      return false;
    }
    RegisterBrokerResponse answer = registered.json(RegisterBrokerResponse.class);
    clusterId = answer.clusterId();
    HeartbeatResponse beat = ok("/cluster/v1/brokers/heartbeat", new HeartbeatRequest(clusterId, broker,
        answer.brokerEpoch(), answer.brokerEpoch(), false, false, List.of(), List.of(), List.of()),
        HeartbeatResponse.class);
    assertThat(beat.fenced()).isFalse();
    return true;
  }

  private PeerResponse post(String uri, Object body) throws Exception {
    return PeerClient.await(client.postJson(uri, body, CALL));
  }

  private <T> T ok(String uri, Object body, Class<T> type) throws Exception {
    PeerResponse response = post(uri, body);
    assertThat(response.ok()).as(response.ok() ? "" : response.error().message()).isTrue();
    return response.json(type);
  }

  private void refused(String uri, Object body, ErrorCode code) throws Exception {
    PeerResponse response = post(uri, body);
    assertThat(response.ok()).isFalse();
    assertThat(response.error().code()).as(response.error().message()).isEqualTo(code);
    assertThat(response.error().message()).isNotBlank();
  }

  @Test
  void changesOfTopicsPartitionsAndBrokersGetThrough() throws Exception {
    ok("/cluster/v1/topics", new CreateTopicRequest("t", null, null, Map.of(0, List.of(1)), Map.of(), false),
        CreateTopicResponse.class);
    AlterTopicConfigsResponse altered = ok("/cluster/v1/topics/configs", new AlterTopicConfigsRequest("t",
        List.of(new AlterTopicConfigsRequest.Change("retention.ms", "5"),
            new AlterTopicConfigsRequest.Change("segment.bytes", null)),
        false), AlterTopicConfigsResponse.class);
    GrowTopicResponse grown = ok("/cluster/v1/topics/partitions", new GrowTopicRequest("t", 3, false),
        GrowTopicResponse.class);
    assertThat(grown.partitions()).isEqualTo(3);
    assertThat(grown.metadataIndex()).isGreaterThan(altered.metadataIndex());
    assertThat(ok("/cluster/v1/partitions/reassign", new ReassignPartitionsRequest(
        List.of(new ReassignPartitionsRequest.Target("t", 0, List.of(2)),
            new ReassignPartitionsRequest.Target("t", 9, List.of(2)))),
        ReassignPartitionsResponse.class).answers()).extracting(ReassignPartitionsResponse.Answer::error)
        .containsExactly(null, ErrorCode.UNKNOWN_PARTITION);
    assertThat(ok("/cluster/v1/partitions/elect",
        new ElectLeadersRequest(ElectLeadersRequest.Type.PREFERRED, "t", 0), ElectLeadersResponse.class).failures())
        .extracting(ElectLeadersResponse.Failure::code).containsExactly(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    assertThat(ok("/cluster/v1/partitions/reassign", new ReassignPartitionsRequest(
        List.of(new ReassignPartitionsRequest.Target("t", 0, null))), ReassignPartitionsResponse.class).answers())
        .extracting(ReassignPartitionsResponse.Answer::error).containsExactly((ErrorCode) null);
    assertThat(ok("/cluster/v1/brokers/decommission", new DecommissionBrokerRequest(1, false),
        DecommissionBrokerResponse.class).replicas()).isPositive();
    ok("/cluster/v1/brokers/decommission", new DecommissionBrokerRequest(1, true), DecommissionBrokerResponse.class);
  }

  @Test
  void refusalsKeepTheirNames() throws Exception {
    refused("/cluster/v1/topics/configs", new AlterTopicConfigsRequest("u", List.of(), false),
        ErrorCode.UNKNOWN_TOPIC);
    refused("/cluster/v1/topics/configs", Map.of("topic", "u"), ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/topics/configs", Map.of("changes", List.of()), ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/topics/configs", new AlterTopicConfigsRequest("u",
        List.of(new AlterTopicConfigsRequest.Change("a", "1"), new AlterTopicConfigsRequest.Change("a", "2")), false),
        ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/topics/partitions", new GrowTopicRequest("u", 2, false), ErrorCode.UNKNOWN_TOPIC);
    refused("/cluster/v1/partitions/elect", Map.of("topic", "u"), ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/partitions/elect", new ElectLeadersRequest(ElectLeadersRequest.Type.UNCLEAN, null, null),
        ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/partitions/reassign", Map.of(), ErrorCode.INVALID_REQUEST);
    refused("/cluster/v1/brokers/decommission", new DecommissionBrokerRequest(9, false), ErrorCode.UNKNOWN_BROKER);
    refused("/cluster/v1/brokers/unregister", new UnregisterBrokerRequest(1), ErrorCode.BROKER_IN_USE);
  }
}
