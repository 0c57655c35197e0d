package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla down}. */
@Command(name = "down", description = "Stop the local cluster. Its data stays, unless --wipe is given.", footer = {"",
    "Examples:", "  ottla down", "  ottla down --wipe --data-dir /tmp/second"})
final class DownCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private LocalOptions options = new LocalOptions();
  @Option(names = "--wipe", description = "Remove the data directory afterwards.")
  private boolean wipe;
  @Option(names = "--grace", paramLabel = "SECONDS", defaultValue = "30", description = "How long a node may take before it is killed (default: ${DEFAULT-VALUE}).")
  private int graceSeconds;

  DownCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    for (LocalCluster cluster : options.clusters(context)) {
      cluster.directory().exclusively(() -> {
        cluster.stop(cluster.spec().nodes(), Duration.ofSeconds(graceSeconds), new Narrator(context.console(), 0));
        if (wipe)
          cluster.directory().wipe();
      });
      context.console().say(wipe ? "stopped, " + cluster.directory().root() + " removed"
          : "stopped; the data stays in " + cluster.directory().root());
    }
    return ExitCode.OK;
  }
}
