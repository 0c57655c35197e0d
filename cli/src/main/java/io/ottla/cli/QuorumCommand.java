package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla quorum}. */
@Command(name = "quorum", description = "Look at the controllers' quorum.", synopsisSubcommandLabel = "COMMAND", subcommands = QuorumStatusCommand.class, footer = {
    "", "Examples:", "  ottla quorum status", "  ottla quorum status --json"})
final class QuorumCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null)
      throw new ParameterException(command.commandLine(), "which? `quorum status`");
  }

  /** Where the controllers' internal listeners are. */
  static final class ControllerOptions {
    @Option(names = "--controller", paramLabel = "URL", split = ",", description = "Internal URL or host:port of a controller; repeatable (default: those of the local cluster).")
    private List<String> controllers = new ArrayList<>();
    @Option(names = "--data-dir", paramLabel = "DIR", description = "The local cluster whose data is there.")
    private @Nullable Path dataDirectory;

    List<URI> urls(Context context) {
      if (!controllers.isEmpty())
        return controllers.stream().map(ServerOptions::url).toList();
      Path chosen = dataDirectory;
      Set<Path> places = new LinkedHashSet<>(chosen == null
          ? List.of(context.defaultClusterDirectory(), context.defaultDevDirectory()) : List.of(chosen));
      for (Path place : places) {
        var directory = new io.ottla.cli.local.DataDirectory(place);
        var cluster = directory.load().map(spec -> new LocalCluster(directory, spec));
        if (cluster.isPresent() && (chosen != null || runs(cluster.get()))) {
          return cluster.get().spec().controllers().stream().map(NodeSpec::internalUrl).map(URI::create).toList();
        }
      }
      throw new CommandFailure(ExitCode.NOT_FOUND, "no local cluster runs here",
          "`ottla up` starts one, `--controller HOST:PORT` names a controller's internal listener");
    }

    private static boolean runs(LocalCluster cluster) {
      return cluster.stopped().size() < cluster.spec().nodes().size();
    }
  }
}
