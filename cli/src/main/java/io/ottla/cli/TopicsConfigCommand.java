package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topics config}. */
@Command(name = "config", description = "Show the settings in force for a topic, and where each comes from.", footer = {
    "", "Examples:", "  ottla topics config orders --changed",
    "  ottla topics config orders --json | jq -r '.[] | select(.name == \"retention.ms\") | .value'", "",
    "`ottla topics alter` changes them."})
final class TopicsConfigCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--changed", description = "Only those that this topic sets itself.")
  private boolean changed;
  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  TopicsConfigCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Table table = new Table("SETTING", "VALUE", "FROM");
    var array = Json.mapper().createArrayNode();
    for (JsonNode config : new Maintenance(server.client(context)).configs(topic)) {
      String from = source(config.path("source").asText());
      if (!changed || from.equals("topic")) {
        table.row(config.path("name").asText(), config.path("value").asText(), from);
        array.addObject().put("name", config.path("name").asText()).put("value", config.path("value").asText())
            .put("from", from);
      }
    }
    if (json) {
      context.console().print(Json.compact(array));
    } else {
      table.printTo(context.console());
    }
    return ExitCode.OK;
  }

  private static String source(String name) {
    return switch (name) {
      case "DYNAMIC_TOPIC_CONFIG" -> "topic";
      case "DEFAULT_CONFIG" -> "default";
      default -> "cluster";
    };
  }
}
