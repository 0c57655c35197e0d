package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.client.Maintenance.Move;
import io.ottla.cli.client.Maintenance.Partition;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla partitions cancel}. */
@Command(name = "cancel", description = "Stop moving partitions: they stay with the brokers they had.", footer = {"",
    "Examples:", "  ottla partitions cancel orders:0 orders:1", "  ottla partitions cancel --all", "",
    "Refused while only brokers that would be removed hold everything."})
final class PartitionsCancelCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC:PARTITION", arity = "0..*")
  private List<String> partitions = new ArrayList<>();
  @Option(names = "--all", description = "All that are moving.")
  private boolean all;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  PartitionsCancelCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (all == !partitions.isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE, "name the partitions to leave where they were, or give --all");
    }
    Maintenance maintenance = new Maintenance(server.client(context));
    List<Partition> chosen = all ? moving(maintenance) : partitions.stream().map(Partition::parse).toList();
    if (chosen.isEmpty()) {
      context.console().say("no partition is moving");
      return ExitCode.OK;
    }
    JsonNode answer = maintenance.reassign(chosen.stream().map(one -> new Move(one, Optional.empty())).toList());
    int exitCode = MoveResults.report(context.console(), answer, "successes");
    context.console()
        .print(json ? Json.compact(answer) : answer.path("successes").size() + " partitions stay where they were");
    return exitCode;
  }

  private static List<Partition> moving(Maintenance maintenance) {
    List<Partition> moving = new ArrayList<>();
    maintenance.reassignments(Optional.empty()).forEach(
        one -> moving.add(new Partition(one.path("topic_name").asText(), one.path("partition_id").asInt())));
    return moving;
  }
}
