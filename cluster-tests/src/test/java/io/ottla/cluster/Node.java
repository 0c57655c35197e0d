package io.ottla.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One node of a test cluster: its place, its command line, and its process while it has one. Used by one thread at a time. */
final class Node {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  private final int id;
  private final boolean broker;
  private final int clientPort;
  private final int internalPort;
  private final int managementPort;
  private final Path directory;
  private final OrphanGuard guard;
  private List<String> logDirs = List.of("data");
  private List<String> command = List.of();
  private @Nullable Process process;
  private int starts;

  Node(int id, boolean broker, FreePorts ports, Path directory, OrphanGuard guard) {
    this.id = id;
    this.broker = broker;
    this.clientPort = broker ? ports.next() : 0;
    this.internalPort = ports.next();
    this.managementPort = ports.next();
    this.directory = directory;
    this.guard = guard;
  }

  int id() {
    return id;
  }

  boolean isBroker() {
    return broker;
  }

  /** Base of the client API; brokers only. */
  String clientUrl() {
    if (!broker) {
      throw new IllegalStateException(this + " serves no clients");
    }
    return "http://127.0.0.1:" + clientPort;
  }

  String internalUrl() {
    return "http://127.0.0.1:" + internalPort;
  }

  String internalAddress() {
    return "127.0.0.1:" + internalPort;
  }

  String managementUrl() {
    return "http://127.0.0.1:" + managementPort;
  }

  Path directory() {
    return directory;
  }

  /** Names of its data directories, from its next command line on. */
  void logDirs(List<String> names) {
    logDirs = List.copyOf(names);
  }

  /** Settings that make this node what it is. */
  List<String> placeSettings() {
    List<String> settings = new ArrayList<>();
    settings.add("--process.roles=" + (broker ? "broker" : "controller"));
    settings.add("--node.id=" + id);
    settings.add("--listeners=" + (broker ? "CLIENT://127.0.0.1:" + clientPort + "," : "") + "INTERNAL://127.0.0.1:"
        + internalPort);
    settings.add("--management.server.address=127.0.0.1");
    settings.add("--management.server.port=" + managementPort);
    settings.add("--log.dirs=" + logDirs.stream().map(name -> directory.resolve(name).toString())
        .collect(Collectors.joining(",")));
    return settings;
  }

  void command(List<String> words) {
    command = List.copyOf(words);
  }

  void start() {
    if (isRunning()) {
      throw new IllegalStateException(this + " is running already");
    }
    try {
      Files.createDirectories(directory);
      File log = logFile().toFile();
      Process started = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
          .redirectOutput(Redirect.appendTo(log)).start();
      guard.started(started.pid());
      process = started;
      starts++;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + this, e);
    }
  }

  boolean isRunning() {
    return process != null && process.isAlive();
  }

  long pid() {
    return running().pid();
  }

  private Process running() {
    if (process == null || !process.isAlive()) {
      throw new IllegalStateException(this + " is not running");
    }
    return process;
  }

  /** SIGKILL, without waiting for the end. */
  void signalKill() {
    running().destroyForcibly();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    signalKill();
    awaitExit(Duration.ofSeconds(10));
  }

  /** SIGSTOP: the process stands still with its connections open. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() {
    signal("CONT");
  }

  /** SIGTERM; returns when the process has ended by itself. */
  void terminate() {
    running().destroy();
    awaitExit(STOP_LIMIT);
  }

  /** Waits for the end of the process. */
  void awaitExit(Duration limit) {
    Process ending = process;
    if (ending == null) {
      return;
    }
    try {
      if (!ending.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(this + " did not end within " + limit);
      }
      guard.ended(ending.pid());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + this + " ends", e);
    }
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).inheritIO().start();
      if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("cannot send SIG" + name + " to " + this);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Output of all this node's processes, oldest first. */
  Path logFile() {
    return directory.resolve("node.log");
  }

  /** The last lines of the output. */
  String logTail(int lines) {
    try {
      List<String> all = Files.exists(logFile()) ? Files.readAllLines(logFile()) : List.of();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      return "log not readable: " + e;
    }
  }

  @Override
  public String toString() {
    return (broker ? "broker " : "controller ") + id + " (start " + starts + ")";
  }
}
