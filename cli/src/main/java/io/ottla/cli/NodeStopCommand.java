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

/** {@code ottla node stop ID}. */
@Command(name = "stop", description = "Stop one node: gracefully, or at once with --kill.", footer = {"", "Examples:",
    "  ottla node stop 101", "  ottla node stop 101 --kill    # as a crash would"})
final class NodeStopCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private NodeCommand.Target target = new NodeCommand.Target();
  @Option(names = "--kill", description = "SIGKILL at once: see how the cluster takes a crash.")
  private boolean kill;
  @Option(names = "--grace", paramLabel = "SECONDS", defaultValue = "30", description = "How long it may take before it is killed (default: ${DEFAULT-VALUE}).")
  private int graceSeconds;

  NodeStopCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = target.cluster(context);
    NodeSpec node = target.node(cluster);
    cluster.directory().exclusively(() -> {
      var running = cluster.process(node).running();
      if (running.isEmpty()) {
        context.console().say(node.title() + " does not run");
      } else if (kill) {
        running.get().destroyForcibly();
      }
      cluster.stop(List.of(node), Duration.ofSeconds(graceSeconds), new Narrator(context.console(), 1));
    });
    return ExitCode.OK;
  }
}
