package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.history.HistoryWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code campaign}: a cluster of real processes under load and faults; leaves a history to be judged by {@code check}. */
@Command(name = "campaign", mixinStandardHelpOptions = true, description = {
    "Strike a cluster of its own in every way while clients are at work, and write down what they were told.",
    "The verdict is that of `check`; this command fails only when it could not do its own work."})
public final class CampaignCommand implements Callable<Integer> {
  /** What happens to the cluster. */
  enum Mode {
    FAULTS, ROLLING
  }

  @Option(names = "--root", required = true, paramLabel = "DIR", description = "The checkout whose packaged services are run.")
  private Path root = Path.of("");
  @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "Where the nodes keep data and logs, and the history is written.")
  private Path dataDir = Path.of("");
  @Option(names = "--base-port", defaultValue = "28000", description = "First of the ports used (default: ${DEFAULT-VALUE}).")
  private int basePort;
  @Option(names = "--mode", defaultValue = "FAULTS", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Mode mode = Mode.FAULTS;
  @Option(names = "--seed", defaultValue = "1", description = "Decides what is struck and what clients do, not when (default: ${DEFAULT-VALUE}).")
  private long seed;
  @Option(names = "--minutes", defaultValue = "5", description = "How long faults go on (default: ${DEFAULT-VALUE}).")
  private double minutes;
  @Option(names = "--rounds", defaultValue = "1", description = "With ROLLING: how often each node is restarted (default: ${DEFAULT-VALUE}).")
  private int rounds;
  @Option(names = "--faults", split = ",", paramLabel = "KIND", description = "Which kinds: ${COMPLETION-CANDIDATES} (default: all).")
  private List<FaultKind> faults = new ArrayList<>(Arrays.asList(FaultKind.values()));
  @Option(names = "--combined", description = "Three nodes that are controller and broker, instead of three of each.")
  private boolean combined;
  @Option(names = "--small-disks", description = "Each node's data directory is a file system of its own: fill it, instead of pretending.")
  private boolean smallDisks;
  @Option(names = "--producers", defaultValue = "6", description = "Producers (default: ${DEFAULT-VALUE}).")
  private int producers;
  @Option(names = "--readers", defaultValue = "2", description = "Readers at any offset (default: ${DEFAULT-VALUE}).")
  private int readers;
  @Option(names = "--consumers", defaultValue = "2", description = "Consumers that read everything (default: ${DEFAULT-VALUE}).")
  private int consumers;
  @Option(names = "--timeout", defaultValue = "10000", description = "How long a produce may take, milliseconds (default: ${DEFAULT-VALUE}).")
  private long produceTimeoutMs;
  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting of all nodes.")
  private List<String> settings = List.of();

  @Override
  public Integer call() throws IOException {
    List<String> extra = settings.stream().map(one -> "--" + one).toList();
    try (Api api = new Api();
        HistoryWriter history = new HistoryWriter(dataDir.resolve("history.jsonl"));
        ClientCalls calls = new ClientCalls(history, produceTimeoutMs);
        CampaignCluster cluster = new CampaignCluster(root, dataDir, basePort, combined, extra, api)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> cluster.nodes().forEach(CampaignNode::signalKill)));
      cluster.start();
      Campaign.say("seed " + seed + ", " + mode + ", nodes " + cluster.nodes());
      Campaign.Clients clients = new Campaign.Clients(producers, readers, consumers, mode == Mode.FAULTS);
      new Campaign(cluster, history, calls, api, clients, seed).run(switch (mode) {
        case FAULTS -> workload -> strike(workload, new Nemesis(cluster, history, faults, smallDisks,
            new Random(seed)));
        case ROLLING -> workload -> new RollingRestart(cluster, history).run(rounds, workload);
      });
    }
    return 0;
  }

  private void strike(Workload workload, Nemesis nemesis) {
    long until = System.nanoTime() + Duration.ofMillis(Math.round(minutes * 60_000)).toNanos();
    Api.pause(2_000); // something to lose
    while (System.nanoTime() < until) {
      workload.check();
      nemesis.round();
    }
    Campaign.say("all faults are over");
    nemesis.healAll();
  }
}
