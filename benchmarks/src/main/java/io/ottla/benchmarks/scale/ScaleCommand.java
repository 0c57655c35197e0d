package io.ottla.benchmarks.scale;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scale}: real controllers, brokers that only heartbeat, and as many partitions as asked for. */
@Command(name = "scale", mixinStandardHelpOptions = true, description = "Fill real controllers with partitions of brokers that only heartbeat, and measure.")
public final class ScaleCommand implements Callable<Integer> {
  private static final int CONTROLLERS = 3;
  private static final int REAL_BROKER = 101;
  private static final int FIRST_FAKE_BROKER = 201;

  @Option(names = "--root", required = true, paramLabel = "DIR", description = "The checkout whose packaged services are run.")
  private Path root = Path.of("");
  @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "Where the nodes keep their data and logs.")
  private Path dataDir = Path.of("");
  @Option(names = "--base-port", defaultValue = "28000", description = "First of the ports used (default: ${DEFAULT-VALUE}).")
  private int basePort;
  @Option(names = "--topics", defaultValue = "1000", description = "Topics (default: ${DEFAULT-VALUE}).")
  private int topics;
  @Option(names = "--partitions", defaultValue = "100", description = "Partitions of each (default: ${DEFAULT-VALUE}).")
  private int partitions;
  @Option(names = "--replicas", defaultValue = "3", description = "Replicas of each partition (default: ${DEFAULT-VALUE}).")
  private int replicas;
  @Option(names = "--brokers", defaultValue = "10", description = "Brokers that only heartbeat (default: ${DEFAULT-VALUE}).")
  private int brokers;
  @Option(names = "--kills", defaultValue = "5", description = "Deaths of the active controller (default: ${DEFAULT-VALUE}).")
  private int kills;
  @Option(names = "--controller-heap", defaultValue = "160m", description = "Greatest heap of a controller (default: ${DEFAULT-VALUE}, as `ottla up`).")
  private String controllerHeap = "";
  @Option(names = "--broker-heap", defaultValue = "320m", description = "Greatest heap of the real broker (default: ${DEFAULT-VALUE}, as `ottla up`).")
  private String brokerHeap = "";
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures there as JSON.")
  private @Nullable Path jsonFile;

  private final List<ScaleNode> nodes = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Thread atExit = new Thread(() -> nodes.forEach(ScaleNode::close));
    Runtime.getRuntime().addShutdownHook(atExit);
    ScaleReport report = new ScaleReport();
    try {
      describe(report);
      measure(report);
    } finally {
      nodes.forEach(ScaleNode::close);
      if (jsonFile != null) {
        Files.writeString(jsonFile, report.json() + "\n");
      }
    }
    return 0;
  }

  private void describe(ScaleReport report) {
    report.text("cpu", Runtime.getRuntime().availableProcessors() + " x " + Machine.cpuModel());
    report.text("load before", Machine.loadAverage());
    report.number("one forced write, 4 KiB, median", Machine.forceMicros(dataDir), "µs");
    report.text("metadata",
        topics + " topics of " + partitions + " partitions, " + replicas + " replicas, on " + brokers
            + " brokers");
    report.text("heap", "controllers " + controllerHeap + ", broker " + brokerHeap);
  }

  private void measure(ScaleReport report) {
    String voters = IntStream.rangeClosed(1, CONTROLLERS).mapToObj(id -> id + "@127.0.0.1:" + (basePort + id))
        .collect(Collectors.joining(","));
    List<ScaleNode> controllers = new ArrayList<>();
    for (int id = 1; id <= CONTROLLERS; id++) {
      controllers.add(new ScaleNode(id, jar("controller-service"), dataDir, 0, basePort + id, basePort + 10 + id,
          voters, controllerHeap));
    }
    ScaleNode broker = new ScaleNode(REAL_BROKER, jar("broker-service"), dataDir, basePort + 20, basePort + 21,
        basePort + 22, voters, brokerHeap);
    nodes.addAll(controllers);
    nodes.add(broker);
    List<String> urls = controllers.stream().map(ScaleNode::internalUrl).toList();
    try (Api api = new Api(); Controllers client = new Controllers(urls); Controllers hearts = new Controllers(urls)) {
      controllers.forEach(ScaleNode::start);
      controllers.forEach(node -> node.awaitReady(api, Duration.ofMinutes(3)));
      List<FakeBroker> fakes = new ArrayList<>();
      for (int i = 0; i < brokers; i++) {
        fakes.add(new FakeBroker(FIRST_FAKE_BROKER + i, hearts));
      }
      try (MetadataWatch watch = new MetadataWatch(urls)) {
        new ScaleRun(report, api, client, controllers, broker, fakes, watch).run(topics, partitions, replicas, kills);
      } finally {
        fakes.forEach(FakeBroker::close);
      }
    }
  }

  private Path jar(String module) {
    Path jar = root.resolve(module).resolve("target/" + module + "-0.1.0-SNAPSHOT-exec.jar");
    if (!Files.isRegularFile(jar)) {
      throw new BenchmarkFailure(jar + " is missing; package " + module + " first");
    }
    return jar.toAbsolutePath();
  }
}
