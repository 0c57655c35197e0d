package io.ottla.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.ReplicaReports.Agreement;
import io.ottla.cli.ReplicaReports.Replica;
import io.ottla.cli.client.HttpTransport;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.local.DataDirectory;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla partitions describe}: asks every broker for its own replicas, so that one that disagrees shows. */
@Command(name = "describe", description = "Show each replica as its broker has it, and whether replicas agree.", footer = {
    "", "With --digests contents are compared too: replicas that stand at the same place must hold the same bytes.",
    "", "Examples:", "  ottla partitions describe orders --digests",
    "  ottla partitions describe orders --broker 10.0.0.1:9090,10.0.0.2:9090 --json", "",
    "Exit code 1 when contents differ, 3 when no broker that answers has the topic, 6 when no broker answers."})
final class PartitionsDescribeCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Context context;
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--digests", description = "Have brokers read their replicas and compare the contents.")
  private boolean digests;
  @Option(names = "--broker", paramLabel = "URL", split = ",", description = "Internal URL or host:port of a broker; name all of them (default: those of the local cluster).")
  private List<String> brokers = new ArrayList<>();
  @Option(names = "--data-dir", paramLabel = "DIR", description = "The local cluster whose data is there.")
  private @Nullable Path dataDirectory;
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  PartitionsDescribeCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    ReplicaReports reports = ask();
    if (reports.partitions().isEmpty()) {
      throw reports.anyAnswer()
          ? new CommandFailure(ExitCode.NOT_FOUND, "no broker that answers has a replica of " + topic)
          : new CommandFailure(ExitCode.UNREACHABLE, "no broker answers: " + reports.problems());
    }
    if (json) {
      printJson(reports);
    } else {
      print(reports);
    }
    return reports.count(Agreement.DIFFERENT) > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private ReplicaReports ask() throws InterruptedException {
    HttpTransport transport = new HttpTransport();
    ReplicaReports reports = new ReplicaReports(topic, digests);
    for (URI broker : urls()) {
      Result result = transport.exchange(broker, Call.get("/replica/v1/status?digest=" + digests, "application/json"),
          TIMEOUT);
      switch (result) {
        case Result.Answered(var reply) when reply.ok() -> reports.add(reply.json());
        case Result.Answered(var reply) -> reports.addProblem(broker, reply.errorMessage());
        case Result.NotSent(var reason) -> reports.addProblem(broker, reason);
        case Result.NoAnswer(var reason) -> reports.addProblem(broker, reason);
      }
    }
    return reports;
  }

  private List<URI> urls() {
    if (!brokers.isEmpty()) {
      return brokers.stream().map(ServerOptions::url).toList();
    }
    Path chosen = dataDirectory;
    for (Path place : chosen == null
        ? List.of(context.defaultClusterDirectory(), context.defaultDevDirectory())
        : List.of(chosen)) {
      DataDirectory directory = new DataDirectory(place);
      var cluster = directory.load().map(spec -> new LocalCluster(directory, spec));
      if (cluster.isPresent() && cluster.get().stopped().size() < cluster.get().spec().nodes().size()) {
        return cluster.get().spec().brokers().stream().map(NodeSpec::internalUrl).map(URI::create).toList();
      }
    }
    throw new CommandFailure(ExitCode.NOT_FOUND, "no local cluster runs here",
        "`ottla up` starts one, `--broker HOST:PORT` names a broker's internal listener");
  }

  private void print(ReplicaReports reports) {
    Console console = context.console();
    reports.problems().forEach(problem -> console.say("no answer from " + problem));
    int different = reports.count(Agreement.DIFFERENT);
    int apart = reports.count(Agreement.APART);
    console.print(topic + ": " + (different > 0
        ? console.coloured(Console.Colour.BAD, different + " partitions with DIFFERENT contents")
        : apart > 0
            ? console.coloured(Console.Colour.WARN, apart + " partitions whose replicas stand at different places")
            : console.coloured(Console.Colour.GOOD,
                digests ? "replicas are equal" : "replicas stand at the same place")));
    console.print("");
    Table table = digests
        ? new Table("PARTITION", "BROKER", "ROLE", "EPOCH", "START", "HW", "DURABLE", "END", "REPLICAS", "DIGEST")
        : new Table("PARTITION", "BROKER", "ROLE", "EPOCH", "START", "HW", "DURABLE", "END", "REPLICAS");
    for (Map.Entry<Integer, List<Replica>> partition : reports.partitions().entrySet()) {
      String agreement = reports.agreement(partition.getKey()).name().toLowerCase(java.util.Locale.ROOT);
      for (Replica one : partition.getValue()) {
        List<Object> cells = new ArrayList<>(List.of(partition.getKey(), one.broker(),
            one.role().toLowerCase(java.util.Locale.ROOT), one.leaderEpoch(), one.logStart(), one.highWatermark(),
            one.durable(), one.logEnd(), agreement));
        if (digests) {
          cells.add(one.digest());
        }
        table.row(cells.toArray());
      }
    }
    table.printTo(console);
  }

  private void printJson(ReplicaReports reports) {
    ObjectNode root = Json.object().put("topic", topic);
    ArrayNode problems = root.putArray("problems");
    reports.problems().forEach(problems::add);
    ArrayNode partitions = root.putArray("partitions");
    reports.partitions().forEach((number, replicas) -> {
      ArrayNode list = partitions.addObject().put("partition", number)
          .put("replicas_are", reports.agreement(number).name().toLowerCase(java.util.Locale.ROOT))
          .putArray("replicas");
      for (Replica one : replicas) {
        ObjectNode entry = list.addObject().put("broker", one.broker()).put("role", one.role())
            .put("leader_epoch", one.leaderEpoch()).put("log_start_offset", one.logStart())
            .put("high_watermark", one.highWatermark()).put("durable_offset", one.durable())
            .put("log_end_offset", one.logEnd());
        if (digests) {
          entry.put("digest", one.digest());
        }
      }
    });
    context.console().print(Json.pretty(root));
  }
}
