package io.ottla.benchmarks.load;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.ClusterStatus;
import io.ottla.benchmarks.Machine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code load}: produce and drain over HTTP at several sizes and concurrencies; the first request that fails ends it. */
@Command(name = "load", mixinStandardHelpOptions = true, description = "Load a running cluster and print requests/s, records/s and latencies.")
public final class LoadCommand implements Callable<Integer> {
  private static final Duration CALL = Duration.ofSeconds(10);
  private static final int DRAIN_BYTES = 4 << 20;
  private static final double NANOS = 1e9;

  @Option(names = "--status", required = true, paramLabel = "FILE", description = "Output of `ottla status --json`.")
  private Path statusFile = Path.of("");
  @Option(names = "--warmup", paramLabel = "SECONDS", defaultValue = "60", description = "Load before anything is measured (default: ${DEFAULT-VALUE}).")
  private int warmupSeconds;
  @Option(names = "--seconds", paramLabel = "SECONDS", defaultValue = "15", description = "Length of each measured phase (default: ${DEFAULT-VALUE}).")
  private int seconds;
  @Option(names = "--connections", split = ",", defaultValue = "1,16,64", description = "Concurrent requests (default: ${DEFAULT-VALUE}).")
  private List<Integer> connections = List.of();
  @Option(names = "--records", split = ",", defaultValue = "1,100", description = "Records per request (default: ${DEFAULT-VALUE}).")
  private List<Integer> records = List.of();
  @Option(names = "--value-bytes", defaultValue = "100", description = "Size of a value (default: ${DEFAULT-VALUE}).")
  private int valueBytes;
  @Option(names = "--partitions", defaultValue = "6", description = "Partitions of the topic (default: ${DEFAULT-VALUE}).")
  private int partitions;
  @Option(names = "--replicas", defaultValue = "3", description = "Replicas of each partition (default: ${DEFAULT-VALUE}).")
  private int replicas;
  @Option(names = "--seed", defaultValue = "1", description = "Seed of keys and values (default: ${DEFAULT-VALUE}).")
  private long seed;
  @Option(names = "--note", split = ",", description = "Further lines for the report, name=value.")
  private Map<String, String> notes = new LinkedHashMap<>();
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the report there as JSON.")
  private @Nullable Path jsonFile;

  private final Random random = new Random();
  private List<InetSocketAddress> servers = List.of();
  private String entry = "";

  @Override
  public Integer call() throws IOException {
    random.setSeed(seed);
    ClusterStatus status = ClusterStatus.read(statusFile);
    servers = status.brokers().stream().map(ClusterStatus.Node::clientAddress).toList();
    entry = status.brokers().getFirst().clientUrl();
    Map<String, String> setting = setting(status);
    try (Api api = new Api()) {
      List<PhaseResult> phases = measure(api, "bench-" + Long.toString(System.currentTimeMillis(), 36));
      setting.put("load at the end", Machine.loadAverage());
      LoadReport report = new LoadReport(setting, phases, Machine.residentBytes(status));
      System.out.print(report.table());
      if (jsonFile != null) {
        Files.writeString(jsonFile, report.json() + "\n");
      }
    }
    return 0;
  }

  private Map<String, String> setting(ClusterStatus status) {
    Map<String, String> setting = new LinkedHashMap<>();
    setting.put("cpu", Runtime.getRuntime().availableProcessors() + " x " + Machine.cpuModel());
    setting.put("load before", Machine.loadAverage());
    setting.put("cluster",
        status.controllers().size() + " controllers, " + status.brokers().size() + " brokers, all here");
    setting.put("topic", partitions + " partitions, " + replicas + " replicas, acks=all");
    setting.put("values", valueBytes + " bytes JSON, keyed");
    setting.put("one forced write", Machine.forceMicros(status.brokers().getFirst().dataDir()) + " µs (4 KiB, median)");
    setting.put("warm-up", warmupSeconds + " s, then " + seconds + " s per phase");
    setting.putAll(notes);
    return setting;
  }

  private List<PhaseResult> measure(Api api, String topic) {
    warmUp(api, topic + "-warmup");
    api.createAndAwait(entry, topic, partitions, replicas);
    List<PhaseResult> phases = new ArrayList<>();
    long sent = 0;
    for (int size : records) {
      for (int count : connections) {
        PhaseResult phase = produce(topic, size, count, Duration.ofSeconds(seconds));
        tell(phase);
        phases.add(phase);
        sent += phase.records();
      }
    }
    PhaseResult drain = drain(api, topic, sent);
    tell(drain);
    phases.add(drain);
    return phases;
  }

  /** Every kind of request for its share of the time, so that the servers have compiled what will be measured. */
  private void warmUp(Api api, String topic) {
    api.createAndAwait(entry, topic, partitions, replicas);
    long deadline = System.nanoTime() + Duration.ofSeconds(warmupSeconds).toNanos();
    long sent = 0;
    for (int round = 0; System.nanoTime() < deadline; round++) {
      int size = records.get(round % records.size());
      int count = connections.get((round / records.size()) % connections.size());
      sent += produce(topic, size, count, Duration.ofSeconds(Math.min(5, warmupSeconds))).records();
    }
    if (sent > 0) {
      drain(api, topic, sent);
    }
  }

  private PhaseResult produce(String topic, int size, int count, Duration duration) {
    long deadline = System.nanoTime() + duration.toNanos();
    List<ProduceScript> scripts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      scripts.add(new ProduceScript(servers.get(i % servers.size()), topic, size, valueBytes, deadline, random));
    }
    ClosedLoop.Result result = ClosedLoop.run(servers, scripts);
    long total = scripts.stream().mapToLong(ProduceScript::records).sum();
    if (total == 0) {
      throw new BenchmarkFailure("nothing was produced");
    }
    return PhaseResult.of("produce, " + size + (size == 1 ? " record" : " records"), count, total, result);
  }

  private PhaseResult drain(Api api, String topic, long expected) {
    List<DrainScript> scripts = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      scripts.add(new DrainScript(servers.get(partition % servers.size()), topic, partition,
          endOffset(api, topic, partition), DRAIN_BYTES));
    }
    ClosedLoop.Result result = ClosedLoop.run(servers, scripts);
    long read = scripts.stream().mapToLong(DrainScript::records).sum();
    if (read != expected) {
      throw new BenchmarkFailure(expected + " records were acknowledged, " + read + " came back");
    }
    double mebibytes = scripts.stream().mapToLong(DrainScript::bytes).sum() / 1048576.0;
    return PhaseResult.of(String.format("drain, %.0f MiB/s JSON", mebibytes / (result.elapsedNanos() / NANOS)),
        partitions,
        read, result);
  }

  private long endOffset(Api api, String topic, int partition) {
    try {
      return api.get(entry + "/topics/" + topic + "/partitions/" + partition + "/offsets", CALL).json()
          .path("end_offset")
          .longValue();
    } catch (IOException e) {
      throw new BenchmarkFailure("no end offset of " + topic + "-" + partition, e);
    }
  }

  private static void tell(PhaseResult phase) {
    System.err.printf("%s at %d: %.0f requests/s, %.0f records/s%n", phase.name(), phase.connections(),
        phase.requestsPerSecond(), phase.recordsPerSecond());
  }
}
