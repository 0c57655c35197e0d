package io.ottla.cli;

import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.Reply;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla quorum remove-voter}. */
@Command(name = "remove-voter", description = "Take a controller's vote away; it may go on as observer.", footer = {"",
    "Examples:",
    "  ottla quorum remove-voter 3",
    "  ottla quorum remove-voter 3 --directory 87dfcb46-a293-4761-9111-51a5a642a07c"})
final class QuorumRemoveVoterCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Parameters(paramLabel = "NODE", description = "Node id of the controller.")
  private int nodeId;
  @Option(names = "--directory", paramLabel = "UUID", description = "Id of its metadata directory, where the node id alone is ambiguous.")
  private @Nullable UUID directory;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  QuorumRemoveVoterCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Reply reply = new ActiveController(controllers.urls(context), TIMEOUT).post("/raft/v1/voters/remove",
        QuorumCommand.voter(nodeId, directory));
    return QuorumCommand.reportVoters(context, reply, json);
  }
}
