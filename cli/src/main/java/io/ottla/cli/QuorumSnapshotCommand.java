package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.Reply;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla quorum snapshot}. */
@Command(name = "snapshot", description = "Have the active controller write a snapshot of the metadata now.", footer = {
    "", "Examples:",
    "  ottla quorum snapshot", "  ottla quorum snapshot --json", "",
    "Controllers do so by themselves after 20 MiB of log or an hour."})
final class QuorumSnapshotCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  QuorumSnapshotCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Reply reply = new ActiveController(controllers.urls(context), TIMEOUT).post("/raft/v1/snapshot", Json.object());
    if (!reply.ok()) {
      throw ActiveController.failure(reply);
    }
    JsonNode answer = reply.json();
    context.console().print(json ? Json.pretty(answer)
        : "snapshot up to index " + answer.path("lastIndex").asText() + ", term " + answer.path("lastTerm").asText()
            + ", "
            + answer.path("sizeInBytes").asText() + " bytes, " + answer.path("millis").asText() + " ms");
    return ExitCode.OK;
  }
}
