package io.ottla.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.ottla.cli.client.Topics;
import io.ottla.cli.client.Topics.Summary;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla topics list}. */
@Command(name = "list", description = "List topics by name.", footer = {"", "Examples:", "  ottla topics list",
    "  ottla topics list --json | jq -r '.[].topic'"})
final class TopicsListCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  TopicsListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<Summary> topics = new Topics(server.client(context)).list();
    if (json) {
      ArrayNode array = Json.mapper().createArrayNode();
      topics.forEach(topic -> array.addObject().put("topic", topic.name()).put("partitions", topic.partitions())
          .put("replicationFactor", topic.replicationFactor()));
      context.console().print(Json.compact(array));
      return ExitCode.OK;
    }
    Table table = new Table("TOPIC", "PARTITIONS", "REPLICATION");
    topics.forEach(topic -> table.row(topic.name(), topic.partitions(), topic.replicationFactor()));
    table.printTo(context.console());
    return ExitCode.OK;
  }
}
