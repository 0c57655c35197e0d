package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.client.Maintenance.Partition;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla partitions elect}. */
@Command(name = "elect", description = "Have preferred leaders lead, or anybody where no leader is left.", footer = {"",
    "Examples:", "  ottla partitions elect", "  ottla partitions elect orders:3",
    "  ottla partitions elect orders --unclean", "",
    "Without --unclean nothing can be lost. With it, partitions without a leader get one that may lack",
    "records that were acknowledged: start the brokers that have them instead, if there is any way."})
final class PartitionsElectCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC[:PARTITION]", arity = "0..1", description = "Default: all partitions of all topics.")
  private @Nullable String where;
  @Option(names = "--unclean", description = "Elect any replica where there is no leader; may lose records.")
  private boolean unclean;
  @Option(names = {"-y", "--yes"}, description = "Do not ask before an unclean election.")
  private boolean yes;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  PartitionsElectCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<String> chosen = Optional.ofNullable(where);
    Optional<Partition> partition = chosen.filter(text -> text.contains(":")).map(Partition::parse);
    Optional<String> topic = partition.map(Partition::topic).or(() -> chosen);
    if (unclean) {
      confirm(topic);
    }
    JsonNode answer = new Maintenance(server.client(context)).elect(topic, partition.map(Partition::number), unclean);
    int exitCode = MoveResults.report(context.console(), answer, "elected");
    if (json) {
      context.console().print(Json.compact(answer));
      return exitCode;
    }
    for (JsonNode one : answer.path("elected")) {
      context.console().print(one.path("topic_name").asText() + ":" + one.path("partition_id").asInt() + " is led by "
          + one.path("leader_id").asInt() + (one.path("is_unclean").asBoolean() ? ", records may be lost" : ""));
    }
    if (answer.path("elected").isEmpty() && answer.path("failures").isEmpty()) {
      context.console().say("every partition is led as it should be");
    }
    return exitCode;
  }

  private void confirm(Optional<String> topic) {
    String name = topic.orElseThrow(() -> new CommandFailure(ExitCode.USAGE,
        "an unclean election may lose records: name the topic it is for"));
    if (!yes) {
      Confirmation.require(context.console(), name, "no unclean election in " + name,
          "Records of " + name + " that were acknowledged may be lost for good.");
    }
  }
}
