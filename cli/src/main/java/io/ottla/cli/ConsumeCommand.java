package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.Topics;
import io.ottla.cli.consume.ConsumeRun;
import io.ottla.cli.consume.ConsumeRun.Request;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla consume}. */
@Command(name = "consume", description = "Print a topic's records, one JSON object a line: topic, partition, offset, timestamp, key, value, headers. Order holds within each partition.", footer = {
    "", "Examples:", "  ottla consume demo --from-beginning",
    "  ottla consume demo --from-beginning --follow --max 100",
    "  ottla consume demo --partition 0 --offset 42 --values", "",
    "With --from-beginning or --offset it ends at the records that are there when it starts, unless --follow is given.",
    "Without them it waits for new records, until Ctrl-C or --max."})
final class ConsumeCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--from-beginning", description = "Start at the first record instead of at the end.")
  private boolean fromBeginning;
  @Option(names = "--follow", description = "Go on with new records as they come.")
  private boolean follow;
  @Option(names = {"-n",
      "--max"}, paramLabel = "N", defaultValue = "-1", description = "Stop after N records in total.")
  private long max;
  @Option(names = {"-p", "--partition"}, paramLabel = "N", description = "Only this partition; repeatable.")
  private List<Integer> partitions = new ArrayList<>();
  @Option(names = "--offset", paramLabel = "N", description = "Start at this offset; wants --partition.")
  private @Nullable Long offset;
  @Option(names = "--values", description = "Print values only, as they are.")
  private boolean values;

  ConsumeCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (offset != null && partitions.size() != 1) {
      throw new CommandFailure(ExitCode.USAGE,
          "--offset needs exactly one --partition: offsets differ between partitions");
    }
    if (max == 0)
      return ExitCode.OK;
    ClusterClient client = server.client(context);
    JsonNode described = new Topics(client).describe(topic);
    boolean atEnd = !fromBeginning && offset == null;
    if (atEnd) {
      context.console().say("waiting for new records (--from-beginning shows those that are there)");
    }
    return new ConsumeRun(context.console(), client,
        new Request(topic, chosen(described), fromBeginning, offset, follow || atEnd, max, values)).run();
  }

  private List<Integer> chosen(JsonNode described) {
    List<Integer> all = new ArrayList<>();
    described.path("partitions").forEach(partition -> all.add(partition.path("partition").asInt()));
    for (int partition : partitions) {
      if (!all.contains(partition)) {
        throw new CommandFailure(ExitCode.NOT_FOUND, topic + " has no partition " + partition);
      }
    }
    return partitions.isEmpty() ? all : List.copyOf(partitions);
  }
}
