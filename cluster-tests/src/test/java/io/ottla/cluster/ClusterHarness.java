package io.ottla.cluster;

import io.ottla.common.wire.ReplicaStatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster of real processes on loopback for one test: started before it, stopped after it in every case, also when the test or its JVM
 * dies. After a failure the ends of the nodes' logs are printed and the directory is kept.
 */
final class ClusterHarness implements BeforeEachCallback, AfterEachCallback {
  /** On a machine that is busy otherwise, give more with {@code -Dottla.cluster.ready.minutes=N}. */
  private static final Duration READY_LIMIT = Duration.ofMinutes(Long.getLong("ottla.cluster.ready.minutes", 2));
  private static final int LOG_TAIL_LINES = 60;
  private static final int FIRST_BROKER_ID = 101;
  private static final String INITIAL_VOTERS = "--controller.quorum.initial.voters=";
  private static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
      "-XX:+ExitOnOutOfMemoryError", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED");

  private final int controllerCount;
  private final int brokerCount;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private List<String> logDirs = List.of("data");
  private final FreePorts ports = new FreePorts();
  private final List<Node> nodes = new ArrayList<>();
  private @Nullable OrphanGuard guard;
  private @Nullable Http http;
  private @Nullable Path directory;

  private ClusterHarness(int controllerCount, int brokerCount) {
    this.controllerCount = controllerCount;
    this.brokerCount = brokerCount;
  }

  static ClusterHarness of(int controllers, int brokers) {
    return new ClusterHarness(controllers, brokers);
  }

  /** A setting for every node. */
  ClusterHarness with(String setting, String value) {
    settings.put(setting, value);
    return this;
  }

  /** Names of every broker's data directories. */
  ClusterHarness withLogDirs(String... names) {
    logDirs = List.of(names);
    return this;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    start(context.getRequiredTestClass().getSimpleName() + "-" + context.getRequiredTestMethod().getName());
  }

  /** Starts all nodes in an empty directory of that name and waits until they are ready. */
  void start(String name) throws IOException {
    Path root = projectRoot();
    Path home = root.resolve("cluster-tests/target/clusters").resolve(name);
    deleteTree(home);
    directory = Files.createDirectories(home);
    guard = new OrphanGuard();
    http = new Http();
    plan(root, home, guard);
    startAll(nodes);
    awaitReady();
  }

  private void plan(Path root, Path home, OrphanGuard watch) {
    for (int i = 1; i <= controllerCount; i++) {
      nodes.add(new Node(i, false, ports, home.resolve("controller-" + i), watch));
    }
    for (int i = 0; i < brokerCount; i++) {
      int id = FIRST_BROKER_ID + i;
      Node broker = new Node(id, true, ports, home.resolve("broker-" + id), watch);
      broker.logDirs(logDirs);
      nodes.add(broker);
    }
    nodes.forEach(node -> node.command(commandLine(root, node, INITIAL_VOTERS + voters())));
  }

  /** One more controller, not started: it knows where the present ones are, and that it is none of the initial voters. */
  Node addController(int id) {
    if (directory == null || guard == null) {
      throw new IllegalStateException("the cluster has not been started");
    }
    String known = controllers().stream().map(Node::internalAddress).collect(Collectors.joining(","));
    Node node = new Node(id, false, ports, directory.resolve("controller-" + id), guard);
    node.command(commandLine(projectRoot(), node, "--controller.quorum.bootstrap.servers=" + known));
    nodes.add(node);
    return node;
  }

  /** All controllers as {@code controller.quorum.initial.voters}. */
  String voters() {
    return controllers().stream().map(one -> one.id() + "@" + one.internalAddress()).collect(Collectors.joining(","));
  }

  /** From its next start on, a node looks for the controllers at these addresses. */
  void lookForVotersAt(Node node, String voters) {
    node.command(commandLine(projectRoot(), node, INITIAL_VOTERS + voters));
  }

  private List<String> commandLine(Path root, Node node, String quorum) {
    String module = node.isBroker() ? "broker-service" : "controller-service";
    Path jar = root.resolve(module).resolve("target/" + module + "-0.1.0-SNAPSHOT-exec.jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(jar + " is missing; package " + module + " first (mvn verify does)");
    }
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(node.placeSettings());
    command.add(quorum);
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    return command;
  }

  /** The checkout these tests belong to. */
  static Path projectRoot() {
    String root = System.getProperty("ottla.root");
    if (root == null) {
      throw new IllegalStateException("system property ottla.root must name the checkout");
    }
    return Path.of(root);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    stop(context.getExecutionException().isPresent());
  }

  /** Stops all nodes; after a failure shows the ends of their logs and keeps the directory. */
  void stop(boolean failed) throws IOException {
    try {
      if (failed) {
        nodes.forEach(
            node -> System.out.println("---- " + node + ", running: " + node.isRunning() + ", " + node.logFile()
                + "\n" + node.logTail(LOG_TAIL_LINES)));
      }
    } finally {
      stopEverything();
    }
    if (!failed && directory != null) {
      deleteTree(directory);
    }
  }

  private void stopEverything() {
    List<Node> running = nodes.stream().filter(Node::isRunning).toList();
    running.forEach(Node::signalKill);
    running.forEach(node -> node.awaitExit(Duration.ofSeconds(10)));
    if (guard != null) {
      guard.close();
    }
    if (http != null) {
      http.close();
    }
  }

  /** Removes a directory with all that is in it; one that does not exist is fine. */
  static void deleteTree(Path top) throws IOException {
    if (!Files.exists(top)) {
      return;
    }
    try (Stream<Path> all = Files.walk(top)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> {
        try {
          Files.delete(path);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
  }

  void startAll(List<Node> inOrder) {
    inOrder.forEach(Node::start);
  }

  /** SIGKILL to all of them before any end is awaited. */
  void killTogether(List<Node> victims) {
    victims.forEach(Node::signalKill);
    victims.forEach(node -> node.awaitExit(Duration.ofSeconds(10)));
  }

  /** All nodes in an order that the seed decides and that is not the one of the first start. */
  List<Node> inAnotherOrder(Random random) {
    List<Node> order = new ArrayList<>(nodes);
    while (order.equals(nodes)) {
      Collections.shuffle(order, random);
    }
    return order;
  }

  List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  List<Node> controllers() {
    return nodes.stream().filter(node -> !node.isBroker()).toList();
  }

  List<Node> brokers() {
    return nodes.stream().filter(Node::isBroker).toList();
  }

  Node node(int id) {
    return nodes.stream().filter(one -> one.id() == id).findFirst().orElseThrow();
  }

  Http http() {
    if (http == null) {
      throw new IllegalStateException("the cluster has not been started");
    }
    return http;
  }

  BrokerApi api(Node broker) {
    return new BrokerApi(http(), broker.clientUrl());
  }

  InternalApi internal() {
    return new InternalApi(http());
  }

  /** Waits until every running node says that it is ready. */
  void awaitReady() {
    nodes.forEach(this::awaitReady);
  }

  /** Waits until a running node says that it is ready. */
  void awaitReady(Node node) {
    Waiting.until(node + " is ready", READY_LIMIT, () -> {
      if (!node.isRunning()) {
        throw new AssertionError(node + " ended while starting\n" + node.logTail(LOG_TAIL_LINES));
      }
      return internal().isReady(node);
    });
  }

  /** Waits until exactly one running controller leads, in the highest term any of them knows. */
  Node awaitActiveController(Duration limit) {
    return Waiting.until("one active controller", limit, this::activeController, () -> controllers().toString());
  }

  private @Nullable Node activeController() {
    List<QuorumView> views = new ArrayList<>();
    for (Node controller : controllers()) {
      if (controller.isRunning()) {
        try {
          views.add(internal().quorum(controller));
        } catch (UnansweredException e) {
          // A controller that is starting, or paused, has no say here.
        }
      }
    }
    long highestTerm = views.stream().mapToLong(QuorumView::term).max().orElse(-1);
    List<QuorumView> leaders = views.stream().filter(one -> one.leads() && one.term() == highestTerm).toList();
    return leaders.size() == 1 ? node(leaders.getFirst().nodeId()) : null;
  }

  /** Waits until all controllers have applied the same metadata (I13); equal positions with different contents fail at once. */
  void awaitEqualMetadata(Duration limit) {
    awaitEqualMetadata(controllers(), limit);
  }

  /** As the other form, for some controllers. */
  void awaitEqualMetadata(List<Node> some, Duration limit) {
    List<QuorumView> last = new ArrayList<>();
    Waiting.until("all controllers hold the same metadata", limit, () -> {
      last.clear();
      some.forEach(controller -> last.add(internal().quorum(controller)));
      if (last.stream().mapToLong(QuorumView::appliedIndex).distinct().count() > 1) {
        return null;
      }
      if (last.stream().map(view -> String.valueOf(view.imageDigest())).distinct().count() > 1) {
        throw new AssertionError("metadata differs at the same index: " + last);
      }
      return last.getFirst().imageDigest();
    }, last::toString);
  }

  /** Waits until the broker shows every partition of the topic with a leader and all replicas in sync. */
  TopicView awaitHealthy(Node broker, String topic, int partitions, int replicas, Duration limit) {
    return Waiting.until(topic + " is fully in sync at " + broker, limit, () -> {
      TopicView view = api(broker).describe(topic);
      return view.isHealthy(partitions, replicas) ? view : null;
    }, () -> api(broker).describe(topic).toString());
  }

  /** Waits until all replicas of the topic agree (I33): log end, high watermark, content. Returns the agreed end by partition. */
  Map<Integer, Long> awaitConverged(String topic, int partitions, Duration limit) {
    List<ReplicaStatusResponse> last = new ArrayList<>();
    return Waiting.until("all replicas of " + topic + " are equal", limit, () -> {
      last.clear();
      brokers().forEach(broker -> last.add(internal().replicas(broker)));
      return ReplicaComparison.agreedEnds(last, topic, partitions);
    }, () -> ReplicaComparison.describe(last, topic));
  }
}
