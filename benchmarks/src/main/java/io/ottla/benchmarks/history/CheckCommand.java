package io.ottla.benchmarks.history;

import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check}: judges a history that a campaign has left. */
@Command(name = "check", mixinStandardHelpOptions = true, description = {
    "Hold what clients were told against each other and against what was there at the end.",
    "Exit code 3 when a promise was broken, or the history proves nothing."})
public final class CheckCommand implements Callable<Integer> {
  private static final int BROKEN = 3;

  @Parameters(paramLabel = "HISTORY", description = "File with one event per line.")
  private Path history = Path.of("");
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the verdict there as JSON.")
  private @Nullable Path jsonFile;

  @Option(names = "--no-failures", description = "No call may have failed: the run was to be without any.")
  private boolean noFailures;

  @Option(names = "--self-test", description = "Then damage the history on purpose, in memory and in every way, and fail if that is not noticed.")
  private boolean selfTest;
  @Option(names = "--seed", defaultValue = "1", description = "Where it is damaged (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    Verdict verdict = HistoryChecker.check(new HistoryFile(history),
        noFailures ? Terms.USUAL.withoutFailures() : Terms.USUAL);
    System.out.print(verdict.text());
    if (selfTest) {
      notice(new HistoryFile(history));
    }
    if (jsonFile != null) {
      Files.writeString(jsonFile, verdict.json() + "\n");
    }
    return verdict.isClean() ? 0 : BROKEN;
  }

  private void notice(History healthy) {
    for (Damage damage : Damage.values()) {
      Verdict verdict = HistoryChecker.check(damage.to(healthy, seed), Terms.USUAL);
      if (!verdict.counts().containsKey(damage.expected())) {
        throw new BenchmarkFailure("the checker did not notice " + damage + ": " + verdict.counts());
      }
    }
    System.out.println("noticed all of " + Arrays.toString(Damage.values()) + " done to this history on purpose");
  }
}
