package io.ottla.benchmarks.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code broker-loss}: many partitions on three real brokers; one is killed, and the leaders it had are counted until all are back. */
@Command(name = "broker-loss", mixinStandardHelpOptions = true, description = {
    "Kill a broker that leads a third of many partitions, and measure until all of them have leaders again.",
    "Fails when a survivor gets more of them than 1.5 times its share (M30), or replicas do not come back in sync."})
public final class BrokerLossCommand implements Callable<Integer> {
  private static final String TOPIC = "many";
  private static final int REPLICAS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration CREATION = Duration.ofMinutes(2);
  private static final Duration ASK = Duration.ofSeconds(10);
  private static final double GREATEST_SHARE = 1.5;

  @Option(names = "--root", required = true, paramLabel = "DIR", description = "The checkout whose packaged services are run.")
  private Path root = Path.of("");
  @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "Where the nodes keep data and logs.")
  private Path dataDir = Path.of("");
  @Option(names = "--base-port", defaultValue = "28000", description = "First of the ports used (default: ${DEFAULT-VALUE}).")
  private int basePort;
  @Option(names = "--partitions", defaultValue = "1000", description = "Partitions, with three replicas each (default: ${DEFAULT-VALUE}).")
  private int partitions;
  @Option(names = "--kills", defaultValue = "3", description = "How often (default: ${DEFAULT-VALUE}).")
  private int kills;
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures there as JSON.")
  private @Nullable Path jsonFile;

  private final ObjectNode figures = new ObjectMapper().createObjectNode();

  @Override
  public Integer call() throws IOException {
    figures.put("cpu", Machine.cpuModel()).put("cores", Runtime.getRuntime().availableProcessors())
        .put("partitions", partitions);
    try (Api api = new Api();
        CampaignCluster cluster = new CampaignCluster(root, dataDir, basePort, false, List.of(), api)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> cluster.nodes().forEach(CampaignNode::signalKill)));
      cluster.start();
      create(cluster, api);
      ArrayNode rounds = figures.putArray("kills");
      for (int i = 0; i < kills; i++) {
        CampaignNode victim = cluster.brokers().get(i % cluster.brokers().size());
        lose(cluster, victim, rounds.addObject());
      }
    }
    if (jsonFile != null) {
      Files.writeString(jsonFile, figures.toPrettyString() + "\n");
    }
    return 0;
  }

  private void create(CampaignCluster cluster, Api api) throws IOException {
    String broker = cluster.brokers().getFirst().clientUrl();
    long start = System.nanoTime();
    Api.Answer answer = api.createTopic(broker, api.clusterId(broker), TOPIC, partitions, REPLICAS, CREATION);
    if (answer.status() != 201) {
      throw new BenchmarkFailure("creating " + partitions + " partitions: " + answer);
    }
    awaitInSync(cluster);
    say("created, all replicas in sync", "created_ms", millisSince(start), figures);
  }

  private void awaitInSync(CampaignCluster cluster) {
    if (!CampaignCluster.await(LIMIT, () -> cluster.isInSync(TOPIC))) {
      throw new BenchmarkFailure("not all replicas are in sync within " + LIMIT.toSeconds() + " s");
    }
  }

  private void lose(CampaignCluster cluster, CampaignNode victim, ObjectNode round) {
    CampaignNode witness = cluster.brokers().stream().filter(node -> node != victim).findFirst().orElseThrow();
    List<Integer> before = leaders(cluster, witness);
    long led = before.stream().filter(leader -> leader == victim.id()).count();
    say(victim + " leads " + led + " of " + before.size() + ", SIGKILL", "led", led, round);
    long start = System.nanoTime();
    victim.signalKill();
    List<Integer> now = before;
    long firstMs = -1;
    while (now.contains(victim.id()) || now.contains(-1) || now.isEmpty()) {
      if (millisSince(start) > LIMIT.toMillis()) {
        throw new BenchmarkFailure("not all leaders are back within " + LIMIT.toSeconds() + " s");
      }
      Api.pause(10);
      now = leaders(cluster, witness);
      if (firstMs < 0 && !now.isEmpty() && !now.equals(before)) {
        firstMs = millisSince(start);
      }
    }
    say("first new leader", "first_ms", firstMs < 0 ? millisSince(start) : firstMs, round);
    say("all leaders are back", "all_ms", millisSince(start), round);
    checkSpread(before, now, victim.id(), led, cluster.brokers().size() - 1, round);
    victim.awaitDeath();
    long again = System.nanoTime();
    victim.start();
    awaitInSync(cluster);
    say("the broker is back, all replicas in sync", "in_sync_ms", millisSince(again), round);
  }

  private static List<Integer> leaders(CampaignCluster cluster, CampaignNode witness) {
    List<Integer> leaders = new ArrayList<>();
    JsonNode described = cluster.describe(witness, TOPIC);
    if (described != null) {
      described.path("partitions").forEach(partition -> leaders.add(partition.path("leader").asInt(-1)));
    }
    return leaders;
  }

  private static void checkSpread(List<Integer> before, List<Integer> now, int victim, long led, int survivors,
      ObjectNode round) {
    Map<Integer, Integer> taken = new TreeMap<>();
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i) == victim) {
        taken.merge(now.get(i), 1, Integer::sum);
      }
    }
    Campaign.say("taken over by: " + taken);
    taken.forEach((broker, count) -> round.withObject("taken").put(Integer.toString(broker), count));
    long bound = (long) Math.ceil(GREATEST_SHARE * led / survivors);
    if (taken.values().stream().anyMatch(count -> count > bound)) {
      throw new BenchmarkFailure("a survivor got more than " + bound + ": " + taken);
    }
  }

  private static long millisSince(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
  }

  private static void say(String what, String name, long value, ObjectNode figures) {
    Campaign.say(what + ": " + value + (name.endsWith("_ms") ? " ms" : ""));
    figures.put(name, value);
  }
}
