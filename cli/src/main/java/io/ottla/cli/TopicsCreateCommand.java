package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Topics;
import io.ottla.cli.client.Topics.NewTopic;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topics create}. */
@Command(name = "create", description = "Create a topic.", footer = {"", "Examples:",
    "  ottla topics create orders --partitions 6 --replication-factor 3",
    "  ottla topics create audit --config min.insync.replicas=2 --if-not-exists"})
final class TopicsCreateCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC", description = "1 to 249 of A-Z a-z 0-9 . _ -")
  private String topic = "";
  @Option(names = "--partitions", paramLabel = "N", description = "Default: the cluster's num.partitions.")
  private @Nullable Integer partitions;
  @Option(names = {"--replication-factor",
      "--rf"}, paramLabel = "N", description = "Default: the cluster's default.replication.factor.")
  private @Nullable Integer replicationFactor;
  @Option(names = "--config", paramLabel = "KEY=VALUE", description = "A topic setting; repeatable.")
  private Map<String, String> configs = new LinkedHashMap<>();
  @Option(names = "--if-not-exists", description = "Succeed when the topic exists already.")
  private boolean ifNotExists;
  @Option(names = "--json", description = "Print what was made as JSON.")
  private boolean json;

  TopicsCreateCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Topics topics = new Topics(server.client(context));
    JsonNode made;
    try {
      made = topics.create(new NewTopic(topic, optional(partitions), optional(replicationFactor), configs));
    } catch (CommandFailure failure) {
      if (!ifNotExists || failure.exitCode() != ExitCode.CONFLICT)
        throw failure;
      context.console().say("topic " + topic + " exists already");
      return ExitCode.OK;
    }
    context.console().print(json ? Json.compact(made)
        : "created " + topic + ": " + made.path("partitions_count").asInt() + " partitions, replication factor "
            + made.path("replication_factor").asInt());
    return ExitCode.OK;
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
