package io.ottla.cluster;

import io.ottla.broker.boot.BrokerNode;
import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.DeleteRecordsRequest;
import io.ottla.common.wire.DeleteRecordsResponse;
import io.ottla.common.wire.ReplicaStatusResponse;
import io.ottla.controller.boot.ControllerNode;
import io.ottla.controller.runtime.RuntimeObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import reactor.netty.resources.LoopResources;

/**
 * Three controllers and three brokers in this JVM, over real sockets and real files, without Spring: the quickest cluster that is one. A node
 * that fails fatally is remembered in {@link #failures}.
 */
final class InProcessCluster implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path root;
  private final List<Integer> controllerPorts;
  private final Map<Integer, Integer> brokerPorts = new TreeMap<>();
  private final Map<Integer, ControllerNode> controllers = new TreeMap<>();
  private final Map<Integer, BrokerNode> brokers = new TreeMap<>();
  private final Map<Integer, InternalServer> servers = new TreeMap<>();
  private final LoopResources loops = PeerClient.loops("test", 1);
  private final Set<String> failures = new ConcurrentSkipListSet<>();

  InProcessCluster(Path root) {
    this.root = root;
    FreePorts free = new FreePorts();
    List<Integer> ports = IntStream.range(0, 6).mapToObj(i -> free.next()).toList();
    this.controllerPorts = ports.subList(0, 3);
    for (int id = 1; id <= 3; id++) {
      brokerPorts.put(100 + id, ports.get(2 + id));
    }
    for (int id = 1; id <= 3; id++) {
      startController(id);
    }
    brokerPorts.keySet().forEach(this::startBroker);
    brokerPorts.keySet().forEach(this::awaitRunning);
  }

  private NodeConfig config(int id, String role, int port) {
    String voters = IntStream.rangeClosed(1, 3).mapToObj(n -> n + "@127.0.0.1:" + controllerPorts.get(n - 1))
        .collect(Collectors.joining(","));
    Map<String, String> values = new LinkedHashMap<>();
    values.put("process.roles", role);
    values.put("node.id", Integer.toString(id));
    values.put("controller.quorum.initial.voters", voters);
    values.put("listeners", (role.equals("broker") ? "CLIENT://127.0.0.1:1," : "") + "INTERNAL://127.0.0.1:" + port);
    values.put("log.dirs", root.resolve(role + "-" + id).toString());
    // Patient where a loaded machine would otherwise decide the outcome.
    values.put("controller.quorum.election.timeout.min.ms", "1000");
    values.put("controller.quorum.election.timeout.max.ms", "2000");
    values.put("controller.quorum.check.quorum.window.ms", "1500");
    values.put("controller.quorum.request.timeout.ms", "800");
    values.put("broker.session.timeout.ms", "6000");
    return NodeConfig.read(values::get, "localhost");
  }

  private void startController(int id) {
    NodeConfig config = config(id, "controller", controllerPorts.get(id - 1));
    InternalServer server = InternalServer.start("127.0.0.1", controllerPorts.get(id - 1));
    servers.put(id, server);
    controllers.put(id, ControllerNode.start(config, server, RuntimeObserver.NONE, MonotonicClock.system(),
        (thread, cause) -> failures.add("controller " + id + " " + thread + ": " + cause), NodeFaults.OFF));
  }

  void startBroker(int id) {
    int port = Objects.requireNonNull(brokerPorts.get(id));
    InternalServer server = InternalServer.start("127.0.0.1", port);
    servers.put(id, server);
    BrokerNode node = new BrokerNode(config(id, "broker", port), server, MonotonicClock.system(),
        System::currentTimeMillis, new SecureRandomSource(), cause -> failures.add("broker " + id + ": " + cause),
        NodeFaults.OFF);
    brokers.put(id, node);
    node.start();
  }

  /** Stops in order, as on SIGTERM. */
  void stopBroker(int id) {
    broker(id).close();
    Objects.requireNonNull(servers.remove(id)).close();
  }

  void awaitRunning(int id) {
    Waiting.until("broker " + id + " is running; failures " + failures, PATIENCE,
        () -> broker(id).status().state() == BrokerState.RUNNING);
  }

  BrokerNode broker(int id) {
    return Objects.requireNonNull(brokers.get(id));
  }

  Set<Integer> brokerIds() {
    return brokerPorts.keySet();
  }

  Set<String> failures() {
    return failures;
  }

  /** What a broker says of its replicas, over its own endpoint. */
  ReplicaStatusResponse status(int id) {
    try (PeerClient client = new PeerClient("test", "127.0.0.1", Objects.requireNonNull(brokerPorts.get(id)), 1,
        loops)) {
      PeerResponse response = PeerClient.await(client.get("/replica/v1/status?digest=true", Duration.ofSeconds(10)));
      return response.json(ReplicaStatusResponse.class);
    } catch (IOException e) {
      throw new UnansweredException("broker " + id + " gave no status", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Asks a leader to delete records; the log start offset it has then. */
  long deleteRecords(int id, TopicIdPartition partition, long offset) {
    try (PeerClient client = new PeerClient("test", "127.0.0.1", Objects.requireNonNull(brokerPorts.get(id)), 1,
        loops)) {
      DeleteRecordsRequest request = new DeleteRecordsRequest(broker(id).view().clusterId(), partition.topicId(),
          partition.partition(), offset);
      return PeerClient.await(client.postJson("/replica/v1/delete-records", request, Duration.ofSeconds(10)))
          .json(DeleteRecordsResponse.class).logStartOffset();
    } catch (IOException e) {
      throw new UnansweredException("broker " + id + " deleted no records", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    brokers.values().forEach(BrokerNode::close);
    controllers.values().forEach(ControllerNode::close);
    servers.values().forEach(InternalServer::close);
    loops.dispose();
  }
}
