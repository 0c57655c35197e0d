package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla node restart ID}. */
@Command(name = "restart", description = "Stop one node gracefully, start it again and wait until it is ready.", footer = {
    "",
    "Examples:", "  ottla node restart 101", "  ottla node restart 1 --wait 120"})
final class NodeRestartCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private NodeCommand.Target target = new NodeCommand.Target();
  @Option(names = "--grace", paramLabel = "SECONDS", defaultValue = "30", description = "How long it may take before it is killed (default: ${DEFAULT-VALUE}).")
  private int graceSeconds;
  @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60", description = "How long to wait until it is ready (default: ${DEFAULT-VALUE}).")
  private int waitSeconds;

  NodeRestartCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = target.cluster(context);
    NodeSpec node = target.node(cluster);
    cluster.directory().exclusively(() -> {
      cluster.stop(List.of(node), Duration.ofSeconds(graceSeconds), new Narrator(context.console(), 1));
      NodeStartCommand.start(context, cluster, node, Duration.ofSeconds(waitSeconds));
    });
    return ExitCode.OK;
  }
}
