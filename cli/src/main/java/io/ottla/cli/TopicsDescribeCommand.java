package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.client.Topics;
import io.ottla.cli.client.Topics.Offsets;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topics describe}. */
@Command(name = "describe", description = "Show a topic: health first, then partitions, then settings.", footer = {"",
    "Examples:", "  ottla topics describe orders", "  ottla topics describe orders --json | jq '.partitions[].leader'"})
final class TopicsDescribeCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  TopicsDescribeCommand(Context context) {
    this.context = context;
  }

  /** One partition as shown; offsets are missing while it has no leader. */
  private record Partition(int id, int leader, List<Integer> replicas, List<Integer> inSync,
      Optional<Offsets> offsets) {
    boolean healthy() {
      return leader >= 0 && inSync.size() == replicas.size();
    }
  }

  @Override
  public Integer call() {
    Topics topics = new Topics(server.client(context));
    JsonNode described = topics.describe(topic);
    List<Partition> partitions = new ArrayList<>();
    for (JsonNode partition : described.path("partitions")) {
      partitions.add(partition(topics, partition));
    }
    if (json) {
      context.console().print(Json.pretty(withOffsets(described, partitions)));
    } else {
      print(described, partitions);
    }
    return ExitCode.OK;
  }

  private Partition partition(Topics topics, JsonNode partition) {
    List<Integer> replicas = new ArrayList<>();
    List<Integer> inSync = new ArrayList<>();
    for (JsonNode replica : partition.path("replicas")) {
      replicas.add(replica.path("broker").asInt());
      if (replica.path("in_sync").asBoolean())
        inSync.add(replica.path("broker").asInt());
    }
    int id = partition.path("partition").asInt();
    int leader = partition.path("leader").asInt(-1);
    return new Partition(id, leader, replicas, inSync, leader < 0 ? Optional.empty() : offsets(topics, id));
  }

  private Optional<Offsets> offsets(Topics topics, int partition) {
    try {
      return Optional.of(topics.offsets(topic, partition));
    } catch (CommandFailure failure) {
      // The leader may be moving just now; the rest of the description is still worth showing.
      return Optional.empty();
    }
  }

  private static JsonNode withOffsets(JsonNode described, List<Partition> partitions) {
    ObjectNode copy = described.deepCopy();
    for (JsonNode partition : copy.path("partitions")) {
      partitions.stream().filter(shown -> shown.id() == partition.path("partition").asInt())
          .flatMap(shown -> shown.offsets().stream()).forEach(offsets -> ((ObjectNode) partition)
              .put("beginning_offset", offsets.beginning()).put("end_offset", offsets.end()));
    }
    return copy;
  }

  private void print(JsonNode described, List<Partition> partitions) {
    Console console = context.console();
    long leaderless = partitions.stream().filter(partition -> partition.leader() < 0).count();
    long unhealthy = partitions.stream().filter(partition -> !partition.healthy()).count();
    String health = unhealthy == 0 ? console.coloured(Console.Colour.GOOD, "healthy")
        : console.coloured(Console.Colour.BAD, leaderless + " partitions without leader, " + (unhealthy - leaderless)
            + " with replicas out of sync");
    console.print(topic + ": " + health);
    console.print("");
    Table table = new Table("PARTITION", "LEADER", "REPLICAS", "IN SYNC", "BEGINNING", "END");
    for (Partition partition : partitions) {
      table.row(partition.id(), partition.leader() < 0 ? "none" : partition.leader(), numbers(partition.replicas()),
          numbers(partition.inSync()), partition.offsets().map(offsets -> "" + offsets.beginning()).orElse("-"),
          partition.offsets().map(offsets -> "" + offsets.end()).orElse("-"));
    }
    table.printTo(console);
    console.print("");
    Table settings = new Table("SETTING", "VALUE");
    described.path("configs").properties().forEach(config -> settings.row(config.getKey(), config.getValue().asText()));
    settings.printTo(console);
  }

  private static String numbers(List<Integer> ids) {
    return String.join(",", ids.stream().map(String::valueOf).toList());
  }
}
