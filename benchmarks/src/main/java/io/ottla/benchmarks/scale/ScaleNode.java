package io.ottla.benchmarks.scale;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One real process of the cluster, with what can be measured of it from outside. Used by one thread, but for {@link #close}. */
final class ScaleNode implements AutoCloseable {
  private static final Pattern HEAP = Pattern.compile("^jvm_memory_used_bytes\\{area=\"heap\".*} ([0-9.E]+)$",
      Pattern.MULTILINE);
  private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms$", Pattern.MULTILINE);
  private static final Duration SCRAPE = Duration.ofSeconds(10);
  private static final long COLLECT_SECONDS = 30;
  private static final long DEATH_SECONDS = 15;

  private final int id;
  private final Path home;
  private final int internalPort;
  private final int managementPort;
  private final List<String> command;
  private volatile @Nullable Process process;

  /**
   * @param clientPort 0 for a controller
   * @param heap its greatest heap, as in {@code -Xmx}
   */
  ScaleNode(int id, Path jar, Path parent, int clientPort, int internalPort, int managementPort, String voters,
      String heap) {
    boolean broker = clientPort != 0;
    this.id = id;
    this.home = parent.resolve((broker ? "broker-" : "controller-") + id);
    this.internalPort = internalPort;
    this.managementPort = managementPort;
    this.command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    // As `ottla up` runs them, but for the size of the heap.
    command.addAll(List.of("-Xmx" + heap, "-Xms32m", "-Xss512k", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders",
        "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-XX:ReservedCodeCacheSize=96m", "-XX:MaxMetaspaceSize=160m",
        "--enable-native-access=ALL-UNNAMED", "-Xlog:gc:file=" + home.resolve("gc.log") + "::filecount=0"));
    if (!broker) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.addAll(List.of("-jar", jar.toString(), "--process.roles=" + (broker ? "broker" : "controller"),
        "--node.id=" + id, "--listeners=" + (broker ? "CLIENT://127.0.0.1:" + clientPort + "," : "")
            + "INTERNAL://127.0.0.1:" + internalPort,
        "--management.server.address=127.0.0.1", "--management.server.port=" + managementPort,
        "--log.dirs=" + home.resolve("data"), "--controller.quorum.initial.voters=" + voters));
  }

  int id() {
    return id;
  }

  String internalUrl() {
    return "http://127.0.0.1:" + internalPort;
  }

  String managementUrl() {
    return "http://127.0.0.1:" + managementPort;
  }

  void start() {
    try {
      Files.createDirectories(home);
      ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true)
          .redirectOutput(Redirect.appendTo(home.resolve("node.log").toFile()));
      builder.environment().keySet().removeIf(name -> name.startsWith("OTTLA_")); // nodes would take them for settings
      Process started = builder.start();
      Files.writeString(home.resolve("pid"), started.pid() + "\n");
      process = started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start node " + id, e);
    }
  }

  /** The running process; that it has ended by itself is a failure, with the end of its log. */
  private Process running() {
    Process current = process;
    if (current == null || !current.isAlive()) {
      throw new BenchmarkFailure("node " + id + " does not run"
          + (current == null ? "" : ", it ended with " + current.exitValue()) + "; see " + home.resolve("node.log"));
    }
    return current;
  }

  /** SIGKILL; returns when it is gone. */
  void kill() {
    Process victim = running();
    victim.destroyForcibly();
    awaitDeath(victim);
  }

  private void awaitDeath(Process victim) {
    try {
      if (!victim.waitFor(DEATH_SECONDS, TimeUnit.SECONDS)) {
        throw new BenchmarkFailure("node " + id + " does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** Waits until it says it is ready. */
  void awaitReady(Api api, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      running();
      try {
        if (api.get(managementUrl() + "/actuator/health/readiness", SCRAPE).status() == 200) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      Api.pause(20);
    }
    throw new BenchmarkFailure("node " + id + " is not ready within " + limit.toSeconds() + " s; see "
        + home.resolve("node.log"));
  }

  long residentBytes() {
    return Machine.residentBytes(running().pid());
  }

  /** Used heap, garbage included. */
  OptionalDouble heapBytes(Api api) {
    try {
      Matcher matcher = HEAP.matcher(api.get(managementUrl() + "/actuator/prometheus", SCRAPE).body());
      double sum = 0;
      boolean found = false;
      while (matcher.find()) {
        sum += Double.parseDouble(matcher.group(1));
        found = true;
      }
      return found ? OptionalDouble.of(sum) : OptionalDouble.empty();
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  /** Has the JVM collect all garbage, which stops it for a moment; false where there is no {@code jcmd}. */
  boolean collectGarbage() {
    return jcmd("GC.run", Redirect.DISCARD);
  }

  /** Writes what all threads do to a file beside the node's log, for whoever asks why nothing happened. */
  void dumpThreads() {
    if (!jcmd("Thread.print", Redirect.appendTo(home.resolve("threads.log").toFile()))) {
      System.err.println("no thread dump of node " + id);
    }
  }

  private boolean jcmd(String diagnostic, Redirect output) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process current = process;
    if (!Files.isExecutable(jcmd) || current == null || !current.isAlive()) {
      return false;
    }
    try {
      Process call = new ProcessBuilder(jcmd.toString(), Long.toString(current.pid()), diagnostic)
          .redirectErrorStream(true).redirectOutput(output).start();
      if (!call.waitFor(COLLECT_SECONDS, TimeUnit.SECONDS)) {
        call.destroyForcibly();
        return false;
      }
      return call.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** The longest the collector stopped the present process, milliseconds. */
  double longestPauseMs() {
    try {
      Matcher matcher = PAUSE.matcher(Files.readString(home.resolve("gc.log")));
      double longest = 0;
      while (matcher.find()) {
        longest = Math.max(longest, Double.parseDouble(matcher.group(1)));
      }
      return longest;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Bytes of the files of its metadata directory whose names end so. */
  long metadataBytes(String suffix) {
    try (Stream<Path> files = Files.walk(home.resolve("data/metadata"))) {
      long sum = 0;
      for (Path file : files.filter(one -> one.getFileName().toString().endsWith(suffix)).toList()) {
        sum += Files.size(file);
      }
      return sum;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Process last = process;
    if (last != null && last.isAlive()) {
      last.destroyForcibly();
      awaitDeath(last);
    }
  }
}
