package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.ClusterStatus;
import io.ottla.benchmarks.ClusterStatus.Node;
import io.ottla.benchmarks.Launcher;
import io.ottla.benchmarks.failover.Pulse.Meaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code failover}: kills the leader of a partition, then the active controller, again and again, and measures what clients notice. */
@Command(name = "failover", mixinStandardHelpOptions = true, description = "Kill leaders with SIGKILL and measure the gaps a client of a surviving broker sees.")
public final class FailoverCommand implements Callable<Integer> {
  private static final String TOPIC = "failover";
  private static final int REPLICAS = 3;
  private static final Duration PRODUCE_LIMIT = Duration.ofSeconds(35);
  private static final Duration CREATE_LIMIT = Duration.ofSeconds(10);
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(2);
  private static final long WAIT_SECONDS = 60;
  private static final int ACKS_AFTER = 20;
  private static final int CREATIONS_AFTER = 3;
  private static final long CREATION_PAUSE_MS = 50;
  private static final int INDETERMINATE_FROM = 500;

  @Option(names = "--ottla", required = true, paramLabel = "FILE", description = "The launcher.")
  private Path ottla = Path.of("");
  @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "Directory of the running cluster.")
  private Path dataDir = Path.of("");
  @Option(names = "--kills", defaultValue = "10", description = "Kills of each kind (default: ${DEFAULT-VALUE}).")
  private int kills;
  @Option(names = "--seed", defaultValue = "1", description = "Seed of the moments of death (default: ${DEFAULT-VALUE}).")
  private long seed;
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the gaps there as JSON.")
  private @Nullable Path jsonFile;

  private final Random random = new Random();
  private final Api api = new Api();

  @Override
  public Integer call() throws IOException {
    random.setSeed(seed);
    try (api) {
      api.createAndAwait(status().brokers().getFirst().clientUrl(), TOPIC, 1, REPLICAS);
      Gaps leaders = new Gaps("produce acks=all, partition leader killed", repeat(this::killPartitionLeader));
      Gaps controllers = new Gaps("topic creation, active controller killed", repeat(this::killActiveController));
      System.out.println(leaders.line());
      System.out.println(controllers.line());
      if (jsonFile != null) {
        Files.writeString(jsonFile, json(List.of(leaders, controllers)) + "\n");
      }
    }
    return 0;
  }

  private static String json(List<Gaps> all) {
    ArrayNode list = new ObjectMapper().createArrayNode();
    all.forEach(gaps -> {
      ObjectNode one = list.addObject().put("kind", gaps.kind()).put("median_ms", gaps.median()).put("worst_ms",
          gaps.worst());
      gaps.milliseconds().forEach(one.putArray("gaps_ms")::add);
    });
    return list.toPrettyString();
  }

  private interface Kill {
    double perform(int round);
  }

  private List<Double> repeat(Kill kill) {
    List<Double> gaps = new ArrayList<>();
    for (int round = 0; round < kills; round++) {
      gaps.add(kill.perform(round));
    }
    return gaps;
  }

  private ClusterStatus status() {
    return ClusterStatus.ask(ottla, dataDir);
  }

  private double killPartitionLeader(int round) {
    ClusterStatus cluster = status();
    Node anyBroker = cluster.brokers().get(round % cluster.brokers().size());
    JsonNode description = api.awaitInSync(anyBroker.clientUrl(), TOPIC, 1, REPLICAS, Duration.ofSeconds(WAIT_SECONDS));
    Node leader = cluster.node(description.path("partitions").path(0).path("leader").intValue());
    Node survivor = cluster.brokers().stream().filter(node -> node.id() != leader.id()).skip(round % 2).findFirst()
        .orElseThrow();
    double gap;
    try (Pulse pulse = new Pulse("producer", 0, number -> produce(survivor, number))) {
      gap = killAndMeasure("leader " + leader.id(), leader, pulse, ACKS_AFTER);
    }
    restart(leader);
    api.awaitInSync(survivor.clientUrl(), TOPIC, 1, REPLICAS, Duration.ofSeconds(WAIT_SECONDS));
    return gap;
  }

  private Meaning produce(Node broker, int number) throws IOException {
    String body = "{\"records\":[{\"key\":\"pulse\",\"value\":" + number + "}]}";
    Api.Answer answer = api.post(broker.clientUrl() + "/topics/" + TOPIC + "/partitions/0",
        "application/vnd.kafka.json.v2+json", body, PRODUCE_LIMIT);
    JsonNode entry = answer.json().path("offsets").path(0);
    if (answer.status() == 200 && entry.path("error_code").isNull()) {
      return Meaning.ACKNOWLEDGED;
    }
    int code = answer.status() == 200 ? entry.path("error_code").intValue()
        : answer.json().path("error_code").intValue();
    return code == 50_302 ? Meaning.REFUSED : Meaning.UNKNOWN;
  }

  private double killActiveController(int round) {
    ClusterStatus cluster = status();
    Node active = awaitActiveController(cluster);
    Node broker = cluster.brokers().get(round % cluster.brokers().size());
    String clusterId = api.clusterId(broker.clientUrl());
    String prefix = "created-" + round + "-";
    double gap;
    try (Pulse pulse = new Pulse("creator", CREATION_PAUSE_MS, number -> create(broker, clusterId, prefix + number))) {
      gap = killAndMeasure("controller " + active.id(), active, pulse, CREATIONS_AFTER);
    }
    restart(active);
    awaitActiveController(status());
    return gap;
  }

  private Meaning create(Node broker, String clusterId, String topic) throws IOException {
    Api.Answer answer = api.createTopic(broker.clientUrl(), clusterId, topic, 1, 1, CREATE_LIMIT);
    if (answer.status() == 201) {
      return Meaning.ACKNOWLEDGED;
    }
    return answer.status() < INDETERMINATE_FROM || answer.json().path("error_code").intValue() == 50_302
        ? Meaning.REFUSED
        : Meaning.UNKNOWN;
  }

  private double killAndMeasure(String what, Node victim, Pulse pulse, int acknowledgementsAfter) {
    pulse.await(acknowledgementsAfter, 0, WAIT_SECONDS);
    Api.pause(random.nextInt(200));
    long killedAt = System.nanoTime();
    kill(victim);
    pulse.await(acknowledgementsAfter, killedAt, WAIT_SECONDS);
    double gap = pulse.timeline().longestGapMs(killedAt);
    System.err.printf("killed %s: %.0f ms without an acknowledgement, %d refused, %d unknown%n", what, gap,
        pulse.timeline().refusedCount(), pulse.timeline().unknownCount());
    return gap;
  }

  private static void kill(Node victim) {
    ProcessHandle process = ProcessHandle.of(victim.pid().orElseThrow())
        .orElseThrow(() -> new BenchmarkFailure("node " + victim.id() + " does not run"));
    process.destroyForcibly();
    try {
      process.onExit().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new BenchmarkFailure("node " + victim.id() + " does not die", e);
    }
  }

  private void restart(Node node) {
    Launcher.output(ottla, "node", "start", Integer.toString(node.id()), "--data-dir", dataDir.toString());
  }

  /** The running controller that leads in the highest term, once all of them answer. */
  private Node awaitActiveController(ClusterStatus cluster) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (System.nanoTime() < deadline) {
      Node active = activeController(cluster);
      if (active != null) {
        return active;
      }
      Api.pause(100);
    }
    throw new BenchmarkFailure("no active controller");
  }

  private @Nullable Node activeController(ClusterStatus cluster) {
    Node active = null;
    long highestTerm = -1;
    for (Node controller : cluster.controllers()) {
      try {
        JsonNode view = api.get(controller.internalUrl() + "/raft/v1/status", STATUS_LIMIT).json();
        long term = view.path("term").longValue();
        if (term > highestTerm) {
          highestTerm = term;
          active = null;
        }
        if (term == highestTerm && view.path("role").asText().equalsIgnoreCase("leader")) {
          active = controller;
        }
      } catch (IOException e) {
        return null;
      }
    }
    return active;
  }
}
