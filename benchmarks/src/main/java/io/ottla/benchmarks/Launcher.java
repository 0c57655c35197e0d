package io.ottla.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Calls of the {@code ottla} command. */
public final class Launcher {
  private static final int MOST_SECONDS = 180;

  private Launcher() {
  }

  /** Runs it and returns what it printed; its messages go to this process's error output. */
  public static String output(Path ottla, String... arguments) {
    List<String> command = new ArrayList<>(List.of(ottla.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new BenchmarkFailure(command + " did not end within " + MOST_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new BenchmarkFailure(command + " ended with " + process.exitValue() + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new BenchmarkFailure("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted during " + command, e);
    }
  }
}
