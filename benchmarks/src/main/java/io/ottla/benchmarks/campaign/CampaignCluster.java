package io.ottla.benchmarks.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.campaign.CampaignNode.Roles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The nodes of a campaign, and what they say of themselves. Changed by one thread; any may ask. */
final class CampaignCluster implements AutoCloseable {
  private static final Duration ASK = Duration.ofSeconds(3);
  private static final long STEP_MS = 100;
  private static final int FIRST_BROKER = 101;
  private static final int COUNT = 3;
  private static final int PORTS_OF_A_NODE = 3;
  /** Small files, so that what happens at their ends happens often; a short patience with followers, for the same reason. */
  private static final List<String> SETTINGS = List.of("--faults.enabled=true", "--spring.profiles.active=test",
      "--log.segment.bytes=262144", "--metadata.log.segment.bytes=65536",
      "--metadata.log.max.record.bytes.between.snapshots=131072", "--metadata.log.retained.entries=200",
      "--replica.lag.time.max.ms=4000", "--controlled.shutdown.max.wait.ms=15000");

  private final List<CampaignNode> nodes = new ArrayList<>();
  private final Api api;

  /**
   * Plans three controllers and three brokers, or three nodes that are both; nothing is started.
   *
   * @param root the checkout whose packaged services are run
   */
  CampaignCluster(Path root, Path dataDir, int basePort, boolean combined, List<String> settings, Api api) {
    this.api = api;
    String voters = IntStream.range(0, COUNT)
        .mapToObj(i -> (i + 1) + "@127.0.0.1:" + (basePort + i * PORTS_OF_A_NODE + 1))
        .collect(Collectors.joining(","));
    List<String> all = new ArrayList<>(SETTINGS);
    all.add("--controller.quorum.initial.voters=" + voters);
    all.addAll(settings);
    for (int i = 0; i < (combined ? COUNT : 2 * COUNT); i++) {
      Roles roles = combined ? Roles.BOTH : i < COUNT ? Roles.CONTROLLER : Roles.BROKER;
      int id = i < COUNT ? i + 1 : FIRST_BROKER + i - COUNT;
      nodes.add(new CampaignNode(id, roles, jar(root, roles.module()), dataDir, basePort + i * PORTS_OF_A_NODE, all));
    }
  }

  private static Path jar(Path root, String module) {
    Path jar = root.resolve(module).resolve("target/" + module + "-0.1.0-SNAPSHOT-exec.jar");
    if (!Files.isRegularFile(jar)) {
      throw new BenchmarkFailure(jar + " is missing; package " + module + " first");
    }
    return jar.toAbsolutePath();
  }

  List<CampaignNode> nodes() {
    return nodes;
  }

  List<CampaignNode> brokers() {
    return nodes.stream().filter(node -> node.roles().isBroker()).toList();
  }

  List<CampaignNode> controllers() {
    return nodes.stream().filter(node -> node.roles().isController()).toList();
  }

  /** Starts all and waits until they are ready. */
  void start() {
    nodes.forEach(CampaignNode::start);
    if (!await(Duration.ofMinutes(8), () -> nodes.stream().allMatch(this::isReady))) {
      throw new BenchmarkFailure("not all nodes are ready; see " + nodes.getFirst().logFile());
    }
  }

  boolean isReady(CampaignNode node) {
    try {
      return node.isRunning()
          && api.get(node.managementUrl() + "/actuator/health/readiness", ASK).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks again and again until it holds; false when the time is over. */
  static boolean await(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      if (condition.getAsBoolean()) {
        return true;
      }
      Api.pause(STEP_MS);
    }
    return false;
  }

  /** A topic as a broker describes it, or null. */
  @Nullable
  JsonNode describe(CampaignNode broker, String topic) {
    try {
      Api.Answer answer = api.get(broker.clientUrl() + "/topics/" + topic, ASK);
      return answer.status() == 200 ? answer.json() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The broker that leads a partition as any broker that answers says, or null. */
  @Nullable
  CampaignNode leader(String topic, int partition) {
    for (CampaignNode broker : brokers()) {
      JsonNode described = broker.isRunning() ? describe(broker, topic) : null;
      if (described != null) {
        int leader = described.path("partitions").path(partition).path("leader").asInt(-1);
        return nodes.stream().filter(node -> node.id() == leader).findFirst().orElse(null);
      }
    }
    return null;
  }

  /** Whether through every broker each partition of the topic is seen with a leader and all replicas in sync. */
  boolean isInSync(String topic) {
    return brokers().stream().allMatch(broker -> isInSync(describe(broker, topic)));
  }

  private static boolean isInSync(@Nullable JsonNode topic) {
    if (topic == null || topic.path("partitions").isEmpty()) {
      return false;
    }
    for (JsonNode partition : topic.path("partitions")) {
      if (partition.path("leader").asInt(-1) < 0) {
        return false;
      }
      for (JsonNode replica : partition.path("replicas")) {
        if (!replica.path("in_sync").asBoolean()) {
          return false;
        }
      }
    }
    return true;
  }

  /** A controller's report of itself, or null. */
  @Nullable
  JsonNode quorum(CampaignNode controller) {
    try {
      Api.Answer answer = api.get(controller.internalUrl() + "/raft/v1/status?digest=true", ASK);
      return answer.status() == 200 ? answer.json() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The controller that is active in the highest term, or null. */
  @Nullable
  CampaignNode active() {
    CampaignNode found = null;
    long highest = -1;
    for (CampaignNode controller : controllers()) {
      JsonNode view = controller.isRunning() ? quorum(controller) : null;
      if (view != null && view.path("active").asBoolean() && view.path("term").asLong() > highest) {
        highest = view.path("term").asLong();
        found = controller;
      }
    }
    return found;
  }

  /** Tells a node what to do wrong; false when it does not listen now. */
  boolean tell(CampaignNode node, String path, String json) {
    try {
      Api.Answer answer = api.post(node.internalUrl() + path, "application/json", json, ASK);
      if (answer.status() / 100 == 4) {
        throw new BenchmarkFailure(node + " refuses " + path + " " + json + ": " + answer);
      }
      return answer.status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  static <T> T any(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  @Override
  public void close() {
    nodes.forEach(CampaignNode::signalKill);
    nodes.forEach(CampaignNode::awaitDeath);
  }
}
