package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ottla node}: one node of the local cluster. */
@Command(name = "node", description = "Start, stop or restart one node of the local cluster.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    NodeStartCommand.class, NodeStopCommand.class, NodeRestartCommand.class}, footer = {"", "Examples:",
        "  ottla node stop 101", "  ottla node restart 1"})
final class NodeCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null)
      throw new ParameterException(command.commandLine(), "which of start, stop, restart?");
  }

  /** Names the node a subcommand is about. */
  static final class Target {
    @Mixin
    private LocalOptions options = new LocalOptions();
    @Parameters(paramLabel = "ID", description = "The node's id, as `ottla status` shows it.")
    private int id;

    LocalCluster cluster(Context context) {
      List<LocalCluster> clusters = options.clusters(context);
      return clusters.stream().filter(cluster -> cluster.spec().node(id).isPresent()).findFirst()
          .orElseThrow(() -> new CommandFailure(ExitCode.NOT_FOUND, "no node " + id + " in the local cluster",
              "`ottla status` shows the ids"));
    }

    NodeSpec node(LocalCluster cluster) {
      return cluster.spec().node(id).orElseThrow();
    }
  }
}
