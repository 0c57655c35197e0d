package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.client.HttpTransport;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Table;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla quorum status}: asks every controller, so that one that disagrees or is away shows. */
@Command(name = "status", description = "Show each controller's term, role and log.", footer = {"", "Examples:",
    "  ottla quorum status", "  ottla quorum status --controller 127.0.0.1:9081 --json", "",
    "Exit code 6 when no controller leads."})
final class QuorumStatusCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Option(names = "--json", description = "Print every controller's own report as a JSON array.")
  private boolean json;

  QuorumStatusCommand(Context context) {
    this.context = context;
  }

  /** One controller's report, or why there is none. */
  private record Answer(URI controller, @Nullable JsonNode report, String problem) {}

  @Override
  public Integer call() throws InterruptedException {
    HttpTransport transport = new HttpTransport();
    List<Answer> answers = new ArrayList<>();
    for (URI controller : controllers.urls(context)) {
      answers.add(ask(transport, controller));
    }
    if (json) {
      printJson(answers);
    } else {
      print(answers);
    }
    return leader(answers).isPresent() ? ExitCode.OK : ExitCode.UNREACHABLE;
  }

  private static Answer ask(HttpTransport transport, URI controller) throws InterruptedException {
    Result result = transport.exchange(controller, Call.get("/raft/v1/status", "application/json"), TIMEOUT);
    return switch (result) {
      case Result.Answered(var reply) when reply.ok() -> new Answer(controller, reply.json(), "");
      case Result.Answered(var reply) -> new Answer(controller, null, reply.errorMessage());
      case Result.NotSent(var reason) -> new Answer(controller, null, reason);
      case Result.NoAnswer(var reason) -> new Answer(controller, null, reason);
    };
  }

  /** The leader of the highest term: one that was deposed while cut off may still believe in itself. */
  private static Optional<JsonNode> leader(List<Answer> answers) {
    return answers.stream().flatMap(answer -> Optional.ofNullable(answer.report()).stream())
        .filter(report -> report.path("role").asText().equalsIgnoreCase("leader"))
        .max(java.util.Comparator.comparingLong(report -> report.path("term").asLong()));
  }

  private void printJson(List<Answer> answers) {
    ArrayNode array = Json.mapper().createArrayNode();
    for (Answer answer : answers) {
      ObjectNode entry = array.addObject().put("controller", answer.controller().toString());
      JsonNode report = answer.report();
      if (report == null) {
        entry.put("problem", answer.problem());
      } else {
        entry.set("status", report);
      }
    }
    context.console().print(Json.pretty(array));
  }

  private void print(List<Answer> answers) {
    Console console = context.console();
    Optional<JsonNode> leader = leader(answers);
    console.print(leader.map(report -> console.coloured(Console.Colour.GOOD,
        "leader " + report.path("nodeId").asText() + ", term " + report.path("term").asLong()))
        .orElse(console.coloured(Console.Colour.BAD, "no leader")));
    console.print("");
    Table table = new Table("ID", "CONTROLLER", "ROLE", "TERM", "COMMIT", "APPLIED", "BEHIND");
    long end = leader.map(report -> report.path("commitIndex").asLong()).orElse(-1L);
    for (Answer answer : answers) {
      String name = answer.controller().getAuthority();
      JsonNode report = answer.report();
      if (report == null) {
        table.row("?", name, answer.problem(), "-", "-", "-", "-");
      } else {
        long commit = report.path("commitIndex").asLong();
        table.row(report.path("nodeId").asText(), name,
            report.path("role").asText(report.path("state").asText()).toLowerCase(java.util.Locale.ROOT),
            report.path("term").asLong(), commit, report.path("appliedIndex").asLong(),
            end < 0 ? "-" : Math.max(0, end - commit));
        String detail = report.path("detail").asText();
        if (!detail.isEmpty()) {
          console.say("controller " + report.path("nodeId").asText() + " is " + report.path("state").asText() + ": "
              + detail);
        }
      }
    }
    table.printTo(console);
    leader.ifPresent(report -> printMembers(console, report));
  }

  /** Who votes and who only follows, with their disks, as the leader knows it. */
  private static void printMembers(Console console, JsonNode leader) {
    if (leader.path("voters").isEmpty()) {
      return;
    }
    console.print("");
    Table table = new Table("ID", "DIRECTORY", "ADDRESS", "MEMBER", "LAG", "LAST ANSWER");
    for (String kind : List.of("voters", "observers")) {
      for (JsonNode member : leader.path(kind)) {
        String directory = member.path("directoryId").asText();
        boolean self = directory.equals(leader.path("directoryId").asText());
        JsonNode progress = progressOf(leader, directory);
        table.row(member.path("nodeId").asText(), directory,
            member.path("host").asText() + ":" + member.path("port").asText(),
            kind.substring(0, kind.length() - 1), self ? "-" : lag(progress),
            self ? "-" : progress.path("lastAckAgeMs").asText("-") + " ms");
      }
    }
    table.printTo(console);
    if (leader.path("votersIndex").asLong() > leader.path("commitIndex").asLong()) {
      console.say("the last change of the voters is not committed yet: it may still be undone");
    }
  }

  private static JsonNode progressOf(JsonNode leader, String directory) {
    for (JsonNode follower : leader.path("followers")) {
      if (follower.path("directoryId").asText().equals(directory)) {
        return follower;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  private static String lag(JsonNode progress) {
    int percent = progress.path("snapshotPercent").asInt(-1);
    return percent < 0 ? progress.path("lag").asText("-") : "snapshot " + percent + " %";
  }
}
