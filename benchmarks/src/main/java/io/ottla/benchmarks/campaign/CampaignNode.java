package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One node and its process while it has one. Changed by one thread; any may ask. */
final class CampaignNode {
  private static final long MOST_FILLER_BYTES = 64L << 20;
  private static final long DEATH_SECONDS = 15;
  private static final long STOP_SECONDS = 60;

  private final int id;
  private final Roles roles;
  private final int clientPort;
  private final int internalPort;
  private final Path home;
  private final List<String> command;
  private volatile @Nullable Process process;
  private volatile boolean wanted;

  /** What a node does. */
  enum Roles {
    CONTROLLER("controller", "controller-service"), BROKER("broker", "broker-service"), BOTH("controller,broker",
        "standalone");

    private final String setting;
    private final String module;

    Roles(String setting, String module) {
      this.setting = setting;
      this.module = module;
    }

    boolean isBroker() {
      return this != CONTROLLER;
    }

    boolean isController() {
      return this != BROKER;
    }

    /** The module whose jar it runs. */
    String module() {
      return module;
    }
  }

  /** @param firstPort of the three it uses */
  CampaignNode(int id, Roles roles, Path jar, Path parent, int firstPort, List<String> settings) {
    this.id = id;
    this.roles = roles;
    this.clientPort = firstPort;
    this.internalPort = firstPort + 1;
    this.home = parent.resolve("node-" + id);
    String heap = roles.isBroker() ? "-Xmx320m" : "-Xmx160m";
    command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), heap,
        "-Xms32m", "-Xss512k", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED", "-jar",
        jar.toString()));
    command.addAll(List.of("--process.roles=" + roles.setting, "--node.id=" + id,
        "--listeners=" + (roles.isBroker() ? "CLIENT://127.0.0.1:" + clientPort + "," : "") + "INTERNAL://"
            + internalAddress(),
        "--management.server.address=127.0.0.1", "--management.server.port=" + (firstPort + 2),
        "--log.dirs=" + home.resolve("data")));
    command.addAll(settings);
  }

  int id() {
    return id;
  }

  Roles roles() {
    return roles;
  }

  String clientUrl() {
    return "http://127.0.0.1:" + clientPort;
  }

  String internalUrl() {
    return "http://" + internalAddress();
  }

  String internalAddress() {
    return "127.0.0.1:" + internalPort;
  }

  String managementUrl() {
    return "http://127.0.0.1:" + (clientPort + 2);
  }

  void start() {
    if (isRunning()) {
      wanted = true;
      return;
    }
    try {
      Files.createDirectories(home);
      ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true)
          .redirectOutput(Redirect.appendTo(logFile().toFile()));
      builder.environment().keySet().removeIf(name -> name.startsWith("OTTLA_")); // nodes would take them for settings
      Process started = builder.start();
      Files.writeString(home.resolve("pid"), started.pid() + "\n"); // for whoever cleans up after a campaign that was killed
      process = started;
      wanted = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + this, e);
    }
  }

  boolean isRunning() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** Whether it ended although nobody ended it. */
  boolean diedByItself() {
    return wanted && !isRunning();
  }

  String exit() {
    Process current = process;
    return current == null || current.isAlive() ? "running" : "exit code " + current.exitValue();
  }

  /** SIGKILL, not waiting. */
  void signalKill() {
    wanted = false;
    Process current = process;
    if (current != null) {
      current.destroyForcibly();
    }
  }

  /** SIGTERM, not waiting. */
  void signalTerm() {
    wanted = false;
    Process current = process;
    if (current != null) {
      current.destroy();
    }
  }

  /** From now on it may end by itself and nobody minds. */
  void mayEnd() {
    wanted = false;
  }

  /** Waits for its end after SIGKILL. */
  void awaitDeath() {
    if (!ends(DEATH_SECONDS)) {
      throw new BenchmarkFailure(this + " does not die");
    }
  }

  /** Waits for its end after SIGTERM; false when it does not come. */
  boolean awaitStop() {
    return ends(STOP_SECONDS);
  }

  private boolean ends(long seconds) {
    Process current = process;
    try {
      return current == null || current.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** SIGSTOP or SIGCONT. */
  void signal(String name) {
    Process current = process;
    if (current == null || !current.isAlive()) {
      return;
    }
    try {
      // The shell's own: in most places it is there when the program of that name is not.
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + current.pid()).inheritIO().start();
      kill.waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** Writes what all threads do to a file beside the log, for whoever asks why nothing happened. */
  void dumpThreads() {
    Process current = process;
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (current == null || !current.isAlive() || !Files.isExecutable(jcmd)) {
      return;
    }
    try {
      new ProcessBuilder(jcmd.toString(), Long.toString(current.pid()), "Thread.print").redirectErrorStream(true)
          .redirectOutput(Redirect.appendTo(home.resolve("threads.log").toFile())).start()
          .waitFor(DEATH_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      Campaign.say("no thread dump of " + this + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** Removes all data, as if its disk had been replaced; it does not run. */
  void wipe() {
    Path top = home.resolve("data");
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).filter(path -> !path.equals(top)).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes all room that is left on its disk. */
  void fillDisk() {
    Path filler = filler();
    try {
      long room = Files.getFileStore(home.resolve("data")).getUsableSpace();
      new ProcessBuilder("fallocate", "-l", Long.toString(room), filler.toString()).inheritIO().start().waitFor();
      try (OutputStream rest = Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        byte[] block = new byte[4096];
        for (long written = 0; written < MOST_FILLER_BYTES; written += block.length) {
          rest.write(block);
        }
      }
    } catch (IOException e) {
      // It is full.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** Gives the room back. */
  void freeDisk() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return home.resolve("data/filler");
  }

  /** Output of all its processes. */
  Path logFile() {
    return home.resolve("node.log");
  }

  @Override
  public String toString() {
    return roles.setting.replace(',', '+') + " " + id;
  }
}
