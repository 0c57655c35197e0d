package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla brokers list}. */
@Command(name = "list", description = "List all registered brokers, in service or not.", footer = {"", "Examples:",
    "  ottla brokers list", "  ottla brokers list --json | jq '.[] | select(.state != \"ACTIVE\")'"})
final class BrokersListCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  BrokersListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonNode brokers = new Maintenance(server.client(context)).brokers();
    if (json) {
      context.console().print(Json.compact(brokers));
      return ExitCode.OK;
    }
    Table table = new Table("ID", "ADDRESS", "RACK", "STATE", "LEADERS", "REPLICAS");
    for (JsonNode broker : brokers) {
      String state = broker.path("state").asText().toLowerCase(Locale.ROOT).replace('_', ' ');
      String leaving = broker.path("decommission").asText("").toLowerCase(Locale.ROOT);
      table.row(broker.path("broker_id").asInt(),
          broker.path("host").asText("?") + ":" + broker.path("port").asText("?"),
          broker.path("rack").asText("-").replace("null", "-"),
          state + (broker.path("decommission").isTextual() ? ", " + leaving : ""), broker.path("leaders").asInt(),
          broker.path("replicas").asInt());
    }
    table.printTo(context.console());
    return ExitCode.OK;
  }
}
