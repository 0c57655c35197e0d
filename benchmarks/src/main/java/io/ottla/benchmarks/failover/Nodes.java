package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.ClusterStatus;
import io.ottla.benchmarks.ClusterStatus.Node;
import io.ottla.benchmarks.Launcher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The processes of a local cluster: found, struck, and brought back. One thread. */
final class Nodes {
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(2);
  private static final Duration END_LIMIT = Duration.ofSeconds(40);
  private static final long WAIT_SECONDS = 60;
  private static final long STEP_MS = 20;

  private final Path ottla;
  private final Path dataDir;
  private final Api api;

  /** Who leads the quorum, in which term. */
  record Active(Node node, long term) {}

  Nodes(Path ottla, Path dataDir, Api api) {
    this.ottla = ottla;
    this.dataDir = dataDir;
    this.api = api;
  }

  ClusterStatus status() {
    return ClusterStatus.ask(ottla, dataDir);
  }

  void strike(Node victim, Death death) {
    signal(victim, death.signal());
  }

  void wake(Node sleeper) {
    signal(sleeper, "CONT");
  }

  private static void signal(Node node, String name) {
    long pid = process(node).pid();
    try {
      // The shell's own: in most places it is there when the program of that name is not.
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).inheritIO().start();
      if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new BenchmarkFailure("cannot send SIG" + name + " to node " + node.id());
      }
    } catch (IOException e) {
      throw new BenchmarkFailure("cannot send SIG" + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  private static ProcessHandle process(Node node) {
    return ProcessHandle.of(node.pid().orElseThrow(() -> new BenchmarkFailure("node " + node.id() + " does not run")))
        .orElseThrow(() -> new BenchmarkFailure("node " + node.id() + " does not run"));
  }

  /** Waits until a process that was struck is gone. */
  void awaitEnd(Node victim) {
    var process = ProcessHandle.of(victim.pid().orElseThrow());
    if (process.isEmpty()) {
      return;
    }
    try {
      process.get().onExit().get(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new BenchmarkFailure("node " + victim.id() + " does not end", e);
    }
  }

  /** Starts it and waits until it says it is ready. */
  void restart(Node node) {
    Launcher.output(ottla, "node", "start", Integer.toString(node.id()), "--data-dir", dataDir.toString());
  }

  /** Waits until all controllers run, one of them decides, and the others have its whole log. */
  Active awaitQuorumInSync(ClusterStatus cluster) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (System.nanoTime() < deadline) {
      Active active = inSync(cluster);
      if (active != null) {
        return active;
      }
      Api.pause(STEP_MS);
    }
    throw new BenchmarkFailure("the controllers are not in sync within " + WAIT_SECONDS + " s");
  }

  private @Nullable Active inSync(ClusterStatus cluster) {
    Active active = null;
    long lastIndex = Long.MAX_VALUE;
    for (Node controller : cluster.controllers()) {
      JsonNode view = view(controller);
      if (view == null || !view.path("state").asText().equals("RUNNING")) {
        return null;
      }
      if (view.path("active").asBoolean()) {
        if (active != null) {
          return null;
        }
        active = new Active(controller, view.path("term").asLong());
        for (JsonNode follower : view.path("followers")) {
          if (follower.path("lag").asLong(1) > 0) {
            return null;
          }
        }
      }
      lastIndex = Math.min(lastIndex, view.path("appliedIndex").asLong());
    }
    JsonNode leader = active == null ? null : view(active.node());
    return leader != null && lastIndex >= leader.path("appliedIndex").asLong() ? active : null;
  }

  private @Nullable JsonNode view(Node controller) {
    try {
      return api.get(controller.internalUrl() + "/raft/v1/status", STATUS_LIMIT).json();
    } catch (IOException e) {
      return null;
    }
  }
}
