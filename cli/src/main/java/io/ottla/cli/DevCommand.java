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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ottla dev}. */
@Command(name = "dev", description = "Start one combined node (controller and broker in one process) on port 8080.", footer = {
    "", "Examples:", "  ottla dev", "  ottla dev --base-port 20000 --data-dir /tmp/dev", "",
    "It runs in the background like a cluster does; `ottla down` stops it."})
final class DevCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private StartOptions options = new StartOptions();

  DevCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    long startNs = System.nanoTime();
    Path chosen = options.dataDirectory;
    Integer port = options.basePort;
    DataDirectory directory = new DataDirectory(chosen == null ? context.defaultDevDirectory() : chosen);
    ClusterSpec wanted = ClusterSpec.combined(port == null ? 0 : port, options.settings);
    ClusterStart starter = new ClusterStart(context);
    Console console = context.console();
    directory.exclusively(() -> {
      LocalCluster cluster = starter.adopt(directory, wanted, port != null);
      List<NodeSpec> missing = cluster.stopped();
      if (!missing.isEmpty()) {
        starter.trainAndStart(cluster, missing, missing, options.readyLimit());
      } else {
        console.say("already running");
      }
      if (options.json) {
        console.print(StatusJson.of(cluster));
      } else {
        console.print(String.format("serving after %.1f s%n", (System.nanoTime() - startNs) / 1e9));
        StartReport.print(console, cluster);
      }
    });
    return ExitCode.OK;
  }
}
