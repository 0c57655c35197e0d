package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.client.Maintenance.Move;
import io.ottla.cli.client.Maintenance.Partition;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla partitions reassign}. */
@Command(name = "reassign", description = "Have partitions held by other brokers.", footer = {"", "Examples:",
    "  ottla partitions reassign orders:0=101,102,103 orders:1=102,103,101 --wait",
    "  ottla partitions reassign --plan plan.json", "",
    "The first broker named is the preferred leader. A plan is what Kafka's tools write:",
    "{\"version\":1,\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"replicas\":[101,102,103]}]}",
    "The data is copied first, and the old replicas go when the new ones are in sync."})
final class PartitionsReassignCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC:PARTITION=BROKER,...", arity = "0..*", description = "Where a partition is to be.")
  private List<String> moves = new ArrayList<>();
  @Option(names = "--plan", paramLabel = "FILE", description = "Read the moves from a JSON file.")
  private @Nullable Path plan;
  @Option(names = "--wait", description = "Wait until all of them are complete.")
  private boolean wait;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  PartitionsReassignCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<Move> wanted = new ArrayList<>();
    moves.forEach(text -> wanted.add(move(text)));
    Path file = plan;
    if (file != null) {
      wanted.addAll(read(file));
    }
    if (wanted.isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE, "nothing to move: name partitions, or a file with --plan");
    }
    Maintenance maintenance = new Maintenance(server.client(context));
    JsonNode answer = maintenance.reassign(wanted);
    int exitCode = MoveResults.report(context.console(), answer, "successes");
    if (wait) {
      new MoveWatch(context.console(), maintenance, server.timeout()).await(accepted(answer));
    }
    if (json) {
      context.console().print(Json.compact(answer));
    } else {
      context.console().print(
          answer.path("successes").size() + (wait ? " partitions moved" : " partitions are moving or moved already"));
    }
    return exitCode;
  }

  private static List<Partition> accepted(JsonNode answer) {
    List<Partition> accepted = new ArrayList<>();
    answer.path("successes").forEach(
        one -> accepted.add(new Partition(one.path("topic_name").asText(), one.path("partition_id").asInt())));
    return accepted;
  }

  private static Move move(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("not a move: " + text + " (write TOPIC:PARTITION=BROKER,BROKER)");
    }
    try {
      List<Integer> brokers = Arrays.stream(text.substring(equals + 1).split(",", -1)).map(Integer::valueOf).toList();
      return new Move(Partition.parse(text.substring(0, equals)), Optional.of(brokers));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a list of broker ids: " + text.substring(equals + 1));
    }
  }

  private static List<Move> read(Path file) {
    JsonNode read;
    try {
      read = Json.parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    }
    List<Move> moves = new ArrayList<>();
    for (JsonNode entry : read.path("partitions")) {
      if (!entry.path("topic").isTextual() || !entry.path("partition").isInt() || !entry.path("replicas").isArray()) {
        throw new CommandFailure(ExitCode.USAGE,
            file + ": an entry of `partitions` needs topic, partition and replicas: " + Json.compact(entry));
      }
      List<Integer> replicas = new ArrayList<>();
      entry.path("replicas").forEach(id -> replicas.add(id.asInt(-1)));
      moves.add(new Move(new Partition(entry.path("topic").asText(), entry.path("partition").asInt()),
          Optional.of(replicas)));
    }
    return moves;
  }
}
