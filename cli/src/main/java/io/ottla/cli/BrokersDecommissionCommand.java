package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla brokers decommission}. */
@Command(name = "decommission", description = "Move everything from a broker to others, then let it go for good.", footer = {
    "", "Examples:", "  ottla brokers decommission 103 --wait", "  ottla brokers decommission 103 --cancel", "",
    "From then on the broker gets no new partitions. When it holds none any more, stop its process, and it is",
    "unregistered. A broker that is gone for good can be decommissioned too: others copy what it held.",
    "Exit code 1 when it cannot be done, with what is missing."})
final class BrokersDecommissionCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "BROKER", description = "Its node id.")
  private int broker;
  @Option(names = "--wait", description = "Wait until it holds nothing any more.")
  private boolean wait;
  @Option(names = "--cancel", description = "Let it stay after all; partitions that are moving go on.")
  private boolean cancel;
  @Option(names = "--json", description = "Print the state as JSON.")
  private boolean json;

  BrokersDecommissionCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (cancel && wait) {
      throw new CommandFailure(ExitCode.USAGE, "--cancel has nothing to wait for; leave --wait out");
    }
    Maintenance maintenance = new Maintenance(server.client(context));
    if (cancel) {
      maintenance.cancelDecommission(broker);
      report(Optional.empty(), "broker " + broker + " stays");
      return ExitCode.OK;
    }
    JsonNode begun = maintenance.decommission(broker);
    Optional<JsonNode> state = wait ? drained(maintenance, begun.path("replicas_left").asInt()) : Optional.of(begun);
    report(state, state.map(one -> one.path("message").asText())
        .orElse("broker " + broker + " is not part of the cluster any more"));
    return ExitCode.OK;
  }

  private Optional<JsonNode> drained(Maintenance maintenance, int before) throws InterruptedException {
    return new MoveWatch(context.console(), maintenance, server.timeout()).until(
        () -> maintenance.decommissionProgress(broker),
        state -> state.map(one -> one.path("replicas_left").asInt() == 0).orElse(true),
        state -> state.map(one -> line(one, before)).orElse(""));
  }

  private String line(JsonNode state, int before) {
    int left = state.path("replicas_left").asInt();
    JsonNode blocked = state.path("blocked").path(0);
    return "broker " + broker + ": " + Math.max(0, before - left) + " of " + Math.max(before, left)
        + " replicas moved, " + state.path("replicas_moving").asInt() + " are moving"
        + (blocked.isMissingNode() ? ""
            : "; " + blocked.path("topic_name").asText() + ":" + blocked.path("partition_id").asInt() + " is blocked: "
                + blocked.path("reason").asText());
  }

  private void report(Optional<JsonNode> state, String text) {
    Console console = context.console();
    if (json) {
      console.print(Json.compact(state.orElseGet(() -> Json.object().put("broker_id", broker)
          .put("state", cancel ? "ACTIVE" : "UNREGISTERED"))));
      return;
    }
    console.print(text);
    state.ifPresent(one -> one.path("blocked")
        .forEach(blocked -> console.say(blocked.path("topic_name").asText() + ":"
            + blocked.path("partition_id").asInt() + " is blocked: " + blocked.path("reason").asText())));
  }
}
