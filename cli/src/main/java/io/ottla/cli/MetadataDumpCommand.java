package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.Reply;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla metadata dump}: the committed entries as any one controller has them. */
@Command(name = "dump", description = "Print the committed metadata log, one JSON entry a line.", footer = {"",
    "Examples:",
    "  ottla metadata dump", "  ottla metadata dump --from 100 | jq -c '.records[]'"})
final class MetadataDumpCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int PAGE_BYTES = 1 << 20;
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Option(names = "--from", paramLabel = "INDEX", defaultValue = "1", description = "First log index (default: ${DEFAULT-VALUE}).")
  private long from;

  MetadataDumpCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ClusterClient client = new ClusterClient(controllers.urls(context), TIMEOUT);
    long next = Math.max(1, from);
    long end = -1;
    while (end < 0 || next <= end) {
      JsonNode page = client
          .get("/cluster/v1/metadata?fromIndex=" + next + "&maxBytes=" + PAGE_BYTES + "&maxWaitMs=0");
      // The end as first seen: a busy cluster's log grows while it is read.
      if (end < 0)
        end = page.path("commitIndex").asLong();
      if (page.path("logStartIndex").asLong(1) > next) {
        next = printSnapshot(client) + 1;
        continue;
      }
      long before = next;
      for (JsonNode entry : page.path("entries")) {
        if (entry.path("index").asLong() > end)
          break;
        context.console().print(Json.compact(entry));
        next = entry.path("index").asLong() + 1;
      }
      if (next == before || context.console().outputClosed())
        break;
    }
    return ExitCode.OK;
  }

  /** The log begins later: the state that took the place of its beginning, line by line. Returns the index up to which it speaks. */
  private long printSnapshot(ClusterClient client) {
    Reply reply = ClusterClient.checked(client.read("/cluster/v1/snapshot", "*/*"));
    long index = reply.headers().firstValueAsLong("Ottla-Snapshot-Index").orElseThrow(
        () -> new CommandFailure(ExitCode.FAILED, reply.server() + " sent a snapshot without its index"));
    context.console().say("the log begins later: state up to index " + index + ", then entries");
    reply.text().lines().forEach(context.console()::print);
    return index;
  }
}
