package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.Reply;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla quorum}. */
@Command(name = "quorum", description = "Look at the controllers' quorum, and change it.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    QuorumStatusCommand.class, QuorumAddVoterCommand.class, QuorumRemoveVoterCommand.class, QuorumTransferCommand.class,
    QuorumSnapshotCommand.class}, footer = {"", "Examples:", "  ottla quorum status", "  ottla quorum status --json",
        "  ottla quorum add-voter 4", "  ottla quorum transfer --to 2"})
final class QuorumCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null)
      throw new ParameterException(command.commandLine(),
          "which? `quorum status`, `quorum add-voter`, `quorum remove-voter`, `quorum transfer`, `quorum snapshot`");
  }

  /** A controller by node id and, if need be, directory. */
  static ObjectNode voter(int nodeId, @Nullable UUID directory) {
    ObjectNode body = Json.object().put("nodeId", nodeId);
    return directory == null ? body : body.put("directoryId", directory.toString());
  }

  /** Says who votes after a change. */
  static int reportVoters(Context context, Reply reply, boolean json) {
    if (!reply.ok()) {
      throw ActiveController.failure(reply);
    }
    JsonNode answer = reply.json();
    if (json) {
      context.console().print(Json.pretty(answer));
    } else {
      List<String> voters = new ArrayList<>();
      answer.path("voters").forEach(voter -> voters
          .add(voter.path("nodeId").asText() + " (directory " + voter.path("directoryId").asText() + ")"));
      context.console().print("voters: " + String.join(", ", voters));
    }
    return ExitCode.OK;
  }

  /** Where the controllers' internal listeners are. */
  static final class ControllerOptions {
    @Option(names = "--controller", paramLabel = "URL", split = ",", description = "Internal URL or host:port of a controller; repeatable (default: $OTTLA_CONTROLLERS, else those of the local cluster).")
    private List<String> controllers = new ArrayList<>();
    @Option(names = "--data-dir", paramLabel = "DIR", description = "The local cluster whose data is there.")
    private @Nullable Path dataDirectory;

    List<URI> urls(Context context) {
      if (!controllers.isEmpty())
        return controllers.stream().map(ServerOptions::url).toList();
      Path chosen = dataDirectory;
      String named = context.environment().getOrDefault("OTTLA_CONTROLLERS", "");
      if (chosen == null && !named.isBlank())
        return Arrays.stream(named.split(",")).map(String::trim).map(ServerOptions::url).toList();
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
          "`ottla up` starts one, `--controller HOST:PORT` or OTTLA_CONTROLLERS names internal listeners of controllers");
    }

    private static boolean runs(LocalCluster cluster) {
      return cluster.stopped().size() < cluster.spec().nodes().size();
    }
  }
}
