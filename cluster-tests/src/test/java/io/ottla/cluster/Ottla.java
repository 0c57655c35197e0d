package io.ottla.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as operators use it, in a process of its own. */
final class Ottla {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Ottla() {
  }

  /** Runs a command, which must succeed, and returns what it printed. */
  static String run(List<String> arguments) {
    Path jar = ClusterHarness.projectRoot().resolve("cli/target/cli-0.1.0-SNAPSHOT-exec.jar");
    List<String> command = new ArrayList<>(
        List.of(ProcessHandle.current().info().command().orElseThrow(), "-jar", jar.toString()));
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("ottla " + arguments + " did not end within " + LIMIT);
      }
      if (process.exitValue() != 0) {
        throw new AssertionError("ottla " + arguments + " ended with " + process.exitValue() + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
