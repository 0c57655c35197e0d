package io.ottla.controller.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.NodeSettings;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.EndpointWire;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.QuorumStatusResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;
import io.ottla.common.wire.VoterChangeResponse;
import io.ottla.common.wire.VoterChangeRequest;
import io.ottla.common.wire.TransferResponse;
import io.ottla.common.wire.TransferRequest;
import io.ottla.common.wire.TopicsResponse;
import io.ottla.common.wire.SnapshotResponse;
import io.ottla.common.wire.ReadIndexResponse;
import io.ottla.controller.runtime.RuntimeObserver;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.resources.LoopResources;

/** Three controllers in this process, over real HTTP and real files. */
final class ControllerQuorumTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration CALL = Duration.ofSeconds(5);

  @TempDir
  Path path;

  private final Map<Integer, Running> nodes = new TreeMap<>();
  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final LoopResources loops = PeerClient.loops("test", 1);
  private final Map<Integer, PeerClient> clients = new TreeMap<>();

  private int retainedEntries = 10_000;
  /** Whether controller 1 is the only initial voter, and all know each other by {@code controller.quorum.bootstrap.servers}. */
  private boolean growsFromOne;

  private record Running(InternalServer server, ControllerNode node) {}

  @BeforeEach
  void findPorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      ServerSocket socket = new ServerSocket(0);
      sockets.add(socket);
      ports.put(id, socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    ports.forEach((id, port) -> clients.put(id, new PeerClient("test", "127.0.0.1", port, 4, loops)));
  }

  @AfterEach
  void stopAll() {
    List.copyOf(nodes.keySet()).forEach(this::stop);
    clients.values().forEach(PeerClient::close);
    loops.dispose();
  }

  private NodeConfig config(int id) {
    List<String> voters = new ArrayList<>();
    List<String> contacts = new ArrayList<>();
    ports.forEach((nodeId, port) -> {
      if (!growsFromOne || (id == 1 && nodeId == 1)) {
        voters.add(nodeId + "@127.0.0.1:" + port);
      }
      if (growsFromOne) {
        contacts.add("127.0.0.1:" + port);
      }
    });
    return NodeSettings.gather(List.of("--process.roles=controller", "--node.id=" + id,
        "--listeners=INTERNAL://127.0.0.1:" + ports.get(id), "--management.server.port=0",
        "--controller.quorum.initial.voters=" + String.join(",", voters),
        "--controller.quorum.bootstrap.servers=" + String.join(",", contacts), "--log.dirs=" + path.resolve("n" + id),
        // A build machine pauses more than a server: fewer elections for nothing.
        "--controller.quorum.heartbeat.interval.ms=150",
        "--controller.quorum.election.timeout.min.ms=1500", "--controller.quorum.election.timeout.max.ms=2500",
        "--controller.quorum.check.quorum.window.ms=2000", "--controller.quorum.request.timeout.ms=1000",
        "--broker.session.timeout.ms=120000", "--metadata.log.segment.bytes=512",
        "--metadata.log.retained.entries=" + retainedEntries), Map.of())
        .config("localhost");
  }

  private void start(int id) {
    InternalServer server = InternalServer.start("127.0.0.1", port(id));
    ControllerNode node = ControllerNode.start(config(id), server, RuntimeObserver.NONE, MonotonicClock.system(),
        (thread, cause) -> {
          throw new AssertionError(thread + " failed", cause);
        }, NodeFaults.OFF);
    nodes.put(id, new Running(server, node));
  }

  private int port(int id) {
    return ports.getOrDefault(id, 0);
  }

  private void stop(int id) {
    Running running = nodes.remove(id);
    if (running != null) {
      running.node().close();
      running.server().close();
    }
  }

  private PeerClient client(int id) {
    PeerClient client = clients.get(id);
    if (client == null) {
      throw new AssertionError("no client " + id);
    }
    return client;
  }

  private Optional<QuorumStatusResponse> status(int id) {
    try {
      PeerResponse response = PeerClient.await(client(id).get("/raft/v1/status?digest=true", CALL));
      return response.ok() ? Optional.of(response.json(QuorumStatusResponse.class)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private int awaitLeader() {
    return await().atMost(PATIENCE).until(() -> nodes.keySet().stream().map(this::status).flatMap(Optional::stream)
        .filter(QuorumStatusResponse::active).map(QuorumStatusResponse::nodeId).findFirst().orElse(-1), id -> id > 0);
  }

  private static final CreateTopicResponse DONE_BEFORE = new CreateTopicResponse(null, "", 1, 1, 1);

  /** Posts to any node, follows the leader hint, and tries again; an unknown outcome shows as TOPIC_EXISTS then. */
  private <T> T post(int firstNode, String uri, Object body, Class<T> type) {
    int[] target = {firstNode};
    boolean[] maybeDone = {false};
    return await().atMost(PATIENCE).until(() -> {
      try {
        PeerResponse response = PeerClient.await(client(target[0]).postJson(uri, body, CALL));
        if (response.ok()) {
          return Optional.of(response.json(type));
        }
        ErrorReply error = response.error();
        if (error.code() == ErrorCode.TOPIC_EXISTS && maybeDone[0]) {
          return Optional.of(type.cast(DONE_BEFORE));
        }
        assertThat(error.code()).as(error.message()).isIn(ErrorCode.NOT_CONTROLLER, ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.INDETERMINATE);
        maybeDone[0] |= error.code() == ErrorCode.INDETERMINATE;
        LeaderHint leader = error.leader();
        target[0] = leader == null ? 1 + target[0] % 3 : leader.nodeId();
      } catch (PeerException e) {
        assertThat(e.mayHaveBeenSent()).as(e.getMessage()).isFalse();
        target[0] = 1 + target[0] % 3;
      }
      return Optional.<T>empty();
    }, Optional::isPresent).orElseThrow();
  }

  private void addBroker(int viaNode) {
    RegisterBrokerResponse registered = post(viaNode, "/cluster/v1/brokers/register",
        new RegisterBrokerRequest(null, 11, new UUID(1, 11), List.of(new UUID(2, 11)),
            List.of(new EndpointWire("CLIENT", "localhost", 8081)), null, -1, RestartClass.LOSSY, "sync"),
        RegisterBrokerResponse.class);
    HeartbeatResponse beat = post(viaNode, "/cluster/v1/brokers/heartbeat",
        new HeartbeatRequest(registered.clusterId(), 11, registered.brokerEpoch(), registered.brokerEpoch(), false,
            false, List.of(), List.of(), List.of()),
        HeartbeatResponse.class);
    assertThat(beat.fenced()).isFalse();
  }

  private void createTopic(int viaNode, String name) {
    CreateTopicResponse created = post(viaNode, "/cluster/v1/topics",
        new CreateTopicRequest(name, null, null, Map.of(0, List.of(11)), Map.of(), false), CreateTopicResponse.class);
    assertThat(created.metadataIndex()).isPositive();
  }

  private List<String> topics(int id) throws Exception {
    List<String> names = new ArrayList<>();
    PeerResponse response = PeerClient
        .await(client(id).get("/cluster/v1/metadata?fromIndex=1&maxBytes=10000000", CALL));
    for (MetadataFetchResponse.Entry entry : response.json(MetadataFetchResponse.class).entries()) {
      entry.records().forEach(change -> {
        if (change.path("type").asText().equals("Topic")) {
          names.add(change.path("name").asText());
        }
      });
    }
    return names;
  }

  private void awaitEqualState() {
    await().atMost(PATIENCE).until(() -> {
      List<QuorumStatusResponse> all = nodes.keySet().stream().map(this::status).flatMap(Optional::stream).toList();
      return all.size() == nodes.size() && all.stream()
          .map(one -> one.appliedIndex() + " " + one.lastIndex() + " " + one.imageDigest()).distinct().count() == 1;
    });
  }

  @Test
  void quorumFormsElectsDecidesAndLosesNothingWhenControllersStop() throws Exception {
    start(1);
    start(2);
    await().atMost(PATIENCE)
        .until(() -> status(1).map(QuorumStatusResponse::detail).orElse("").contains("controller 3"));
    assertThat(status(1).orElseThrow().clusterId()).as("two of three form nothing").isNull();
    start(3);
    int firstLeader = awaitLeader();
    int follower = 1 + firstLeader % 3;
    addBroker(follower);
    for (int i = 0; i < 5; i++) {
      createTopic(1 + i % 3, "before-" + i);
    }
    long term = status(firstLeader).orElseThrow().term();

    stop(firstLeader);
    int secondLeader = awaitLeader();
    assertThat(secondLeader).isNotEqualTo(firstLeader);
    assertThat(status(secondLeader).orElseThrow().term()).isGreaterThan(term);
    addBroker(secondLeader);
    createTopic(secondLeader, "after");
    List<String> expected = List.of("before-0", "before-1", "before-2", "before-3", "before-4", "after");
    assertThat(topics(secondLeader)).isEqualTo(expected);

    start(firstLeader);
    awaitEqualState();
    assertThat(topics(firstLeader)).isEqualTo(expected);

    List<QuorumStatusResponse> before = List.of(status(1).orElseThrow(), status(2).orElseThrow(),
        status(3).orElseThrow());
    assertThat(before.stream().map(QuorumStatusResponse::clusterId).distinct()).hasSize(1);
    List.of(1, 2, 3).forEach(this::stop);
    List.of(3, 1, 2).forEach(this::start);
    awaitLeader();
    awaitEqualState();
    for (int id = 1; id <= 3; id++) {
      assertThat(topics(id)).isEqualTo(expected);
      assertThat(status(id).orElseThrow().directoryId()).isEqualTo(before.get(id - 1).directoryId());
    }
  }

  @Test
  void minorityDecidesNothingAndAnEmptyDirectoryDoesNotVote() throws Exception {
    List.of(1, 2, 3).forEach(this::start);
    int leader = awaitLeader();
    String clusterId = status(leader).orElseThrow().clusterId();
    stop(1 + leader % 3);
    stop(1 + (leader + 1) % 3);
    assertThat(refusal(leader, new CreateTopicRequest("alone", null, null, Map.of(0, List.of(11)), Map.of(), false)))
        .isIn(ErrorCode.NOT_CONTROLLER, ErrorCode.INDETERMINATE, ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    await().atMost(PATIENCE).until(() -> status(leader).map(one -> !one.active()).orElse(false));
    assertThat(refusal(leader, new CreateTopicRequest("alone", null, null, Map.of(0, List.of(11)), Map.of(), false)))
        .isEqualTo(ErrorCode.NOT_CONTROLLER);

    int wiped = 1 + leader % 3;
    wipe(path.resolve("n" + wiped));
    start(wiped);
    await().atMost(PATIENCE).until(() -> "OBSERVER".equals(status(wiped).map(QuorumStatusResponse::role).orElse(null)));
    assertThat(status(wiped).orElseThrow().clusterId()).isEqualTo(clusterId);
    assertThat(status(leader).orElseThrow().active()).isFalse();
    start(1 + (leader + 1) % 3);
    awaitLeader();
    assertThat(status(wiped).orElseThrow().role()).isEqualTo("OBSERVER");
  }

  @Test
  void emptiedOnlyInitialVoterWaitsForTheClusterThatHasGrownFromItAndJoinsItWithoutAVote() throws Exception {
    growsFromOne = true;
    List.of(1, 2, 3).forEach(this::start);
    String clusterId = status(awaitLeader()).orElseThrow().clusterId();
    assertThat(changeVoters("add", new VoterChangeRequest(2, null))).hasSize(2);
    assertThat(changeVoters("add", new VoterChangeRequest(3, null))).hasSize(3);
    List.of(1, 2, 3).forEach(this::stop);
    wipe(path.resolve("n1"));

    start(1);
    await().atMost(PATIENCE).until(() -> status(1).map(QuorumStatusResponse::detail).orElse("")
        .contains("waiting for an answer from 127.0.0.1:" + port(2) + ", 127.0.0.1:" + port(3)));
    assertThat(status(1).orElseThrow().clusterId()).as("alone it forms nothing").isNull();
    start(3);
    await().atMost(PATIENCE).until(() -> "OBSERVER".equals(status(1).map(QuorumStatusResponse::role).orElse(null)));
    assertThat(status(1).orElseThrow().clusterId()).isEqualTo(clusterId);
    start(2);
    assertThat(awaitLeader()).isNotEqualTo(1);
  }

  @Test
  void wipedDiskFollowsAsObserverUntilItIsMadeAVoterInPlaceOfTheOldOne() throws Exception {
    List.of(1, 2, 3).forEach(this::start);
    int leader = awaitLeader();
    addBroker(leader);
    for (int i = 0; i < 5; i++) {
      createTopic(leader, "t" + i);
    }
    int replaced = 1 + leader % 3;
    UUID oldDisk = Objects.requireNonNull(status(replaced).orElseThrow().directoryId());
    stop(replaced);
    wipe(path.resolve("n" + replaced));
    start(replaced);
    await().atMost(PATIENCE)
        .until(() -> "OBSERVER".equals(status(replaced).map(QuorumStatusResponse::role).orElse(null)));
    UUID newDisk = Objects.requireNonNull(status(replaced).orElseThrow().directoryId());
    assertThat(newDisk).isNotEqualTo(oldDisk);
    // Who has just become leader has heard nothing of observers yet.
    post(leader, "/raft/v1/transfer", new TransferRequest(null), TransferResponse.class);

    assertThat(changeVoters("add", new VoterChangeRequest(replaced, null))).hasSize(4);
    assertThat(changeVoters("remove", new VoterChangeRequest(replaced, oldDisk)))
        .extracting(QuorumStatusResponse.VoterWire::directoryId).hasSize(3).contains(newDisk).doesNotContain(oldDisk);
    await().atMost(PATIENCE)
        .until(() -> "FOLLOWER".equals(status(replaced).map(QuorumStatusResponse::role).orElse(null)));
    createTopic(awaitLeader(), "afterwards");
    awaitEqualState();
    assertThat(topics(replaced)).contains("t0", "afterwards");
  }

  /** Asks whoever leads, until it is done; being asked too early is no reason to give up. */
  private List<QuorumStatusResponse.VoterWire> changeVoters(String what, VoterChangeRequest request) {
    return await().atMost(PATIENCE).until(() -> {
      PeerResponse response = PeerClient
          .await(client(awaitLeader()).postJson("/raft/v1/voters/" + what, request, CALL));
      assertThat(response.status()).as("%s", response).isNotEqualTo(400);
      return response.ok() ? response.json(VoterChangeResponse.class).voters() : List.of();
    }, voters -> !voters.isEmpty());
  }

  @Test
  void leadershipMovesOnRequestAndReadsSayHowCurrentTheyAre() throws Exception {
    List.of(1, 2, 3).forEach(this::start);
    int leader = awaitLeader();
    addBroker(leader);
    createTopic(leader, "seen");
    int target = 1 + leader % 3;
    TransferResponse moved = post(leader, "/raft/v1/transfer", new TransferRequest(target), TransferResponse.class);
    assertThat(moved.leaderId()).isEqualTo(target);
    await().atMost(PATIENCE).until(() -> status(target).map(QuorumStatusResponse::active).orElse(false));

    TopicsResponse current = PeerClient.await(client(target).get("/cluster/v1/topics", CALL))
        .json(TopicsResponse.class);
    assertThat(current.linearizable()).isTrue();
    assertThat(current.topics()).extracting(TopicsResponse.Topic::name).containsExactly("seen");
    ReadIndexResponse point = PeerClient.await(client(target).get("/raft/v1/read-index", CALL))
        .json(ReadIndexResponse.class);
    assertThat(point.index()).isGreaterThanOrEqualTo(current.index());

    PeerResponse refused = PeerClient.await(client(leader).get("/cluster/v1/topics", CALL));
    assertThat(refused.error().code()).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(Objects.requireNonNull(refused.error().leader()).nodeId()).isEqualTo(target);
    TopicsResponse perhapsOld = PeerClient
        .await(client(leader).get("/cluster/v1/topics?consistency=stale", CALL)).json(TopicsResponse.class);
    assertThat(perhapsOld.linearizable()).isFalse();
  }

  @Test
  void controllerBehindTheLogCatchesUpByASnapshot() throws Exception {
    retainedEntries = 1;
    List.of(1, 2, 3).forEach(this::start);
    int leader = awaitLeader();
    addBroker(leader);
    int away = 1 + leader % 3;
    stop(away);
    for (int i = 0; i < 12; i++) {
      createTopic(leader, "t" + i);
    }
    int now = awaitLeader();
    SnapshotResponse snapshot = PeerClient
        .await(client(now).postJson("/raft/v1/snapshot", new TransferRequest(null), CALL)).json(SnapshotResponse.class);
    assertThat(snapshot.lastIndex()).isGreaterThan(12);
    await().atMost(PATIENCE).until(() -> status(now).map(one -> one.logStartIndex() > 2).orElse(false));
    start(away);
    awaitEqualState();
    assertThat(status(away).orElseThrow().snapshotIndex()).isPositive();
    createTopic(awaitLeader(), "afterwards");
    awaitEqualState();
  }

  @Test
  void controllerWhoseVoteFileIsDamagedIsQuarantinedAndTellsWhatToDo() throws Exception {
    List.of(1, 2, 3).forEach(this::start);
    int leader = awaitLeader();
    int damaged = 1 + leader % 3;
    stop(damaged);
    Files.writeString(path.resolve("n" + damaged).resolve("metadata").resolve("quorum-state"), "term=0\n");
    start(damaged);
    await().atMost(PATIENCE)
        .until(() -> status(damaged).map(QuorumStatusResponse::state).orElse("").equals("QUARANTINED"));
    assertThat(status(damaged).orElseThrow().detail()).contains("quorum-state").contains("add-voter");
    addBroker(awaitLeader());
    createTopic(awaitLeader(), "goes-on");
  }

  private @Nullable ErrorCode refusal(int node, CreateTopicRequest request) throws Exception {
    PeerResponse response = PeerClient.await(client(node).postJson("/cluster/v1/topics", request,
        Duration.ofSeconds(20)));
    return response.ok() ? null : response.error().code();
  }

  private static void wipe(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
