package io.ottla.cli;

import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topics alter}. */
@Command(name = "alter", description = "Give a topic more partitions, or other settings.", footer = {"", "Examples:",
    "  ottla topics alter orders --partitions 12",
    "  ottla topics alter orders --config retention.ms=86400000 --reset cleanup.policy", "",
    "Settings are changed all or none. With more partitions, the records of a key may go to another one than before."})
final class TopicsAlterCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--partitions", paramLabel = "N", description = "How many partitions it is to have in all.")
  private @Nullable Integer partitions;
  @Option(names = "--config", paramLabel = "KEY=VALUE", description = "A setting to store; repeatable.")
  private Map<String, String> configs = new LinkedHashMap<>();
  @Option(names = "--reset", paramLabel = "KEY", description = "A setting to take back to its default; repeatable.")
  private List<String> resets = new ArrayList<>();
  @Option(names = "--dry-run", description = "Check the settings, change nothing.")
  private boolean dryRun;
  @Option(names = "--json", description = "Print what was changed as JSON.")
  private boolean json;

  TopicsAlterCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    boolean settings = !configs.isEmpty() || !resets.isEmpty();
    if (!settings && partitions == null) {
      throw new CommandFailure(ExitCode.USAGE, "nothing to change: give --partitions, --config or --reset");
    }
    if (dryRun && partitions != null) {
      throw new CommandFailure(ExitCode.USAGE, "--dry-run is for settings only; leave --partitions out");
    }
    Maintenance maintenance = new Maintenance(server.client(context));
    if (settings) {
      maintenance.alterConfigs(topic, configs, resets, dryRun);
    }
    if (partitions != null) {
      grow(maintenance, partitions, settings);
    }
    report(settings);
    return ExitCode.OK;
  }

  private void grow(Maintenance maintenance, int count, boolean settings) {
    try {
      maintenance.grow(topic, count);
    } catch (CommandFailure failure) {
      if (!settings) {
        throw failure;
      }
      throw new CommandFailure(ExitCode.PARTLY_DONE, "the settings are changed, but not the partitions: "
          + failure.text(), failure.hint());
    }
  }

  private void report(boolean settings) {
    if (json) {
      var changed = Json.object().put("topic", topic).put("dryRun", dryRun);
      configs.forEach(changed.putObject("set")::put);
      resets.forEach(changed.putArray("reset")::add);
      if (partitions != null) {
        changed.put("partitions", partitions);
      }
      context.console().print(Json.compact(changed));
      return;
    }
    String what = dryRun ? "could be changed: " : "changed ";
    List<String> parts = new ArrayList<>();
    if (settings) {
      configs.forEach((name, value) -> parts.add(name + "=" + value));
      resets.forEach(name -> parts.add(name + " back to its default"));
    }
    if (partitions != null) {
      parts.add(partitions + " partitions");
    }
    context.console().print(what + topic + ": " + String.join(", ", parts));
  }
}
