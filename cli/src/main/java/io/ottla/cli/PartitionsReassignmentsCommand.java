package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla partitions reassignments}. */
@Command(name = "reassignments", description = "Show which partitions are moving, and what each waits for.", footer = {
    "", "Examples:", "  ottla partitions reassignments", "  ottla partitions reassignments orders --json"})
final class PartitionsReassignmentsCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC", arity = "0..1", description = "Only those of this topic.")
  private @Nullable String topic;
  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  PartitionsReassignmentsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonNode moving = new Maintenance(server.client(context)).reassignments(Optional.ofNullable(topic));
    if (json) {
      context.console().print(Json.compact(moving));
      return ExitCode.OK;
    }
    Table table = new Table("PARTITION", "TARGET", "ADDING", "REMOVING", "STATUS");
    for (JsonNode one : moving) {
      table.row(one.path("topic_name").asText() + ":" + one.path("partition_id").asInt(),
          ids(one.path("target_replicas")), ids(one.path("adding_replicas")), ids(one.path("removing_replicas")),
          one.path("status").asText());
    }
    table.printTo(context.console());
    return ExitCode.OK;
  }

  private static String ids(JsonNode brokers) {
    List<String> ids = new ArrayList<>();
    brokers.forEach(id -> ids.add(id.asText()));
    return ids.isEmpty() ? "-" : String.join(",", ids);
  }
}
