package io.ottla.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code up} and {@code dev} have in common. */
final class StartOptions {
  @Option(names = "--data-dir", paramLabel = "DIR", description = "Where data, logs and pid files go; one cluster each.")
  @Nullable
  Path dataDirectory;

  @Option(names = "--base-port", paramLabel = "PORT", description = "Derive every port from this one (PORT..PORT+99) instead of the default ports.")
  @Nullable
  Integer basePort;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting for every node, e.g. --set durability=os; repeatable, remembered.")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "120", description = "How long to wait until it serves (default: ${DEFAULT-VALUE}).")
  int waitSeconds;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  Duration readyLimit() {
    return Duration.ofSeconds(waitSeconds);
  }
}
