package io.ottla.cli;

import io.ottla.cli.local.ClusterSpec;
import io.ottla.cli.local.DataDirectory;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla up}. */
@Command(name = "up", description = "Start a local cluster and wait until it takes a produce.", footer = {"",
    "Examples:",
    "  ottla up", "  ottla up --brokers 5 --set durability=os",
    "  ottla up --data-dir /tmp/second --base-port 20000    # beside the first"})
final class UpCommand implements Callable<Integer> {
  private static final int DEFAULT_NODES = 3;
  private final Context context;
  @Mixin
  private StartOptions options = new StartOptions();
  @Option(names = "--controllers", paramLabel = "N", description = "How many controllers (default: 3).")
  private @Nullable Integer controllers;
  @Option(names = "--brokers", paramLabel = "N", description = "How many brokers (default: 3).")
  private @Nullable Integer brokers;

  UpCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    long startNs = System.nanoTime();
    Path chosen = options.dataDirectory;
    DataDirectory directory = new DataDirectory(chosen == null ? context.defaultClusterDirectory() : chosen);
    ClusterSpec wanted = ClusterSpec.cluster(orDefault(controllers, DEFAULT_NODES), orDefault(brokers, DEFAULT_NODES),
        orDefault(options.basePort, 0), options.settings);
    boolean explicit = controllers != null || brokers != null || options.basePort != null;
    ClusterStart starter = new ClusterStart(context);
    directory.exclusively(() -> {
      LocalCluster cluster = starter.adopt(directory, wanted, explicit);
      List<NodeSpec> missing = cluster.stopped();
      if (missing.isEmpty()) {
        context.console().say("already running");
      } else {
        starter.trainAndStart(cluster, missing, cluster.spec().nodes(), options.readyLimit());
      }
      report(cluster, startNs, !missing.isEmpty());
    });
    return ExitCode.OK;
  }

  private void report(LocalCluster cluster, long startNs, boolean started) throws InterruptedException {
    Console console = context.console();
    if (options.json) {
      console.print(StatusJson.of(cluster));
      return;
    }
    ClusterSpec spec = cluster.spec();
    if (started) {
      console.print(
          console.coloured(Console.Colour.STRONG, String.format("%d controllers and %d brokers serve, after %.1f s",
              spec.controllers().size(), spec.brokers().size(), (System.nanoTime() - startNs) / 1e9)));
    }
    console.print("");
    StartReport.print(console, cluster);
  }

  private static int orDefault(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
