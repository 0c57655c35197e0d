package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeProbe.Seen;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla status}. */
@Command(name = "status", description = "Show the nodes of the local cluster.", footer = {"", "Examples:",
    "  ottla status",
    "  ottla status --json | jq -r '.nodes[] | select(.state != \"ready\") | .id'", "",
    "States: ready, not-ready (answers, must not be sent requests), starting,",
    "  unresponsive (lives, does not answer), stopped."})
final class StatusCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private LocalOptions options = new LocalOptions();
  @Option(names = "--json", description = "Print JSON: per node id, roles, state, pid, URLs, data directory.")
  private boolean json;

  StatusCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<LocalCluster> clusters = options.clusters(context);
    Console console = context.console();
    if (json) {
      // One object, so that scripts need not care: the cluster that runs, else the first.
      console.print(
          StatusJson.of(clusters.stream().filter(cluster -> cluster.stopped().size() < cluster.spec().nodes().size())
              .findFirst().orElse(clusters.getFirst())));
      return ExitCode.OK;
    }
    for (LocalCluster cluster : clusters) {
      print(cluster);
    }
    return ExitCode.OK;
  }

  private void print(LocalCluster cluster) throws InterruptedException {
    Console console = context.console();
    console.print("data in " + cluster.directory().root());
    Table table = new Table("ID", "ROLES", "STATE", "PID", "CLIENT", "INTERNAL", "MANAGEMENT");
    for (Seen seen : cluster.look()) {
      NodeSpec node = seen.node();
      table.row(node.id(), String.join(",", node.app().roles()), seen.state().word(),
          seen.process().map(process -> Long.toString(process.pid())).orElse("-"),
          node.clientUrl().isEmpty() ? "-" : node.clientUrl(), node.internalUrl(), node.managementUrl());
    }
    table.printTo(console);
  }
}
