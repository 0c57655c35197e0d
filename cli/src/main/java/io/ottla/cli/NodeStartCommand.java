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

/** {@code ottla node start ID}. */
@Command(name = "start", description = "Start one stopped node and wait until it is ready.", footer = {"", "Examples:",
    "  ottla node start 101", "  ottla node start 1 --no-wait"})
final class NodeStartCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private NodeCommand.Target target = new NodeCommand.Target();
  @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60", description = "How long to wait until it is ready (default: ${DEFAULT-VALUE}).")
  private int waitSeconds;
  @Option(names = "--no-wait", description = "Return as soon as the process runs: a node of a broken cluster cannot become ready.")
  private boolean noWait;

  NodeStartCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    LocalCluster cluster = target.cluster(context);
    NodeSpec node = target.node(cluster);
    cluster.directory().exclusively(() -> {
      start(context, cluster, node, noWait ? Duration.ZERO : Duration.ofSeconds(waitSeconds));
    });
    return ExitCode.OK;
  }

  /** Starts the node unless it runs; waits up to the limit, not at all when that is zero. */
  static void start(Context context, LocalCluster cluster, NodeSpec node, Duration limit) throws InterruptedException {
    if (cluster.process(node).running().isPresent()) {
      context.console().say(node.title() + " runs already");
      return;
    }
    List<NodeSpec> nodes = List.of(node);
    new ClusterStart(context).start(cluster, nodes, limit.isZero() ? List.of() : nodes, limit);
  }
}
