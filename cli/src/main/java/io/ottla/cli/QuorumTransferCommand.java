package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.Reply;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla quorum transfer}. */
@Command(name = "transfer", description = "Hand leadership of the quorum to another voter.", footer = {"", "Examples:",
    "  ottla quorum transfer", "  ottla quorum transfer --to 2"})
final class QuorumTransferCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Option(names = "--to", paramLabel = "NODE", description = "The voter that is to lead (default: the one that is furthest).")
  private @Nullable Integer target;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  QuorumTransferCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    ObjectNode body = Json.object();
    if (target != null) {
      body.put("nodeId", target);
    }
    Reply reply = new ActiveController(controllers.urls(context), TIMEOUT).post("/raft/v1/transfer", body);
    if (!reply.ok()) {
      throw ActiveController.failure(reply);
    }
    JsonNode answer = reply.json();
    context.console().print(json ? Json.pretty(answer)
        : "leader " + answer.path("leaderId").asText() + ", term " + answer.path("term").asText());
    return ExitCode.OK;
  }
}
