package io.ottla.cli.local;

import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.Topics;
import io.ottla.cli.client.Topics.NewTopic;
import io.ottla.cli.local.Distribution.Packaged;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes each application's AOT cache, once per build, from a small cluster that really runs: elected, replicated, written to, read from
 * and stopped. So the cache holds the classes and profiles of serving, not only those of starting. Without a cache nodes start too, more
 * slowly; a training that fails is therefore reported and not repeated, but fails nothing.
 */
public final class AotTraining {
  private static final Duration READY_LIMIT = Duration.ofSeconds(90);
  private static final Duration DUMP_LIMIT = Duration.ofMinutes(3);
  private static final int FIRST_BASE_PORT = 21_000;
  private static final int LAST_BASE_PORT = 31_000;
  private static final int ROUNDS = 300;
  private static final int DECISIONS = 30;
  private final Distribution distribution;
  private final NodeCommandLine commandLine;
  private final Consumer<String> talk;

  /** @param talk told what takes so long */
  public AotTraining(Distribution distribution, NodeCommandLine commandLine, Consumer<String> talk) {
    this.distribution = distribution;
    this.commandLine = commandLine;
    this.talk = talk;
  }

  /** Sees to it that each of these has its cache, if it can have one. One training at a time; a second waits and finds it done. */
  public void train(Set<App> apps) throws InterruptedException {
    if (untrained(apps).isEmpty())
      return;
    talk.accept("preparing AOT caches, once per build, so that nodes start quickly");
    try (FileChannel channel = FileChannel.open(distribution.trainingLock(), StandardOpenOption.CREATE,
        StandardOpenOption.WRITE)) {
      FileLock lock = channel.lock();
      Set<App> left = untrained(apps);
      if (left.remove(App.COMBINED))
        trainOn(ClusterSpec.combined(freeBasePort(1, 1), Map.of()));
      if (!left.isEmpty())
        trainOn(ClusterSpec.cluster(3, 2, freeBasePort(3, 2), Map.of()));
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<App> untrained(Set<App> apps) {
    Set<App> untrained = EnumSet.noneOf(App.class);
    for (App app : apps) {
      Packaged files = distribution.unpacked(app);
      if (files.aotCache().isEmpty() && !Files.exists(failureMark(files)))
        untrained.add(app);
    }
    return untrained;
  }

  private void trainOn(ClusterSpec spec) throws InterruptedException {
    Map<App, Packaged> packaged = new EnumMap<>(App.class);
    spec.nodes().forEach(node -> packaged.computeIfAbsent(node.app(), distribution::unpacked));
    Path place = temporaryDirectory();
    LocalCluster cluster = new LocalCluster(new DataDirectory(place), spec);
    try {
      // One node of each kind records; the others give it somebody to talk to.
      Map<App, NodeSpec> recorders = new EnumMap<>(App.class);
      spec.nodes().forEach(node -> recorders.putIfAbsent(node.app(), node));
      String problem = "";
      try {
        run(cluster, packaged, recorders);
      } catch (CommandFailure failure) {
        problem = failure.text();
      }
      // What was recorded up to a failure is a cache all the same.
      for (App app : recorders.keySet()) {
        publish(required(packaged, app), problem);
      }
    } finally {
      deleteQuietly(place);
    }
  }

  private void run(LocalCluster cluster, Map<App, Packaged> packaged, Map<App, NodeSpec> recorders)
      throws InterruptedException {
    ClusterSpec spec = cluster.spec();
    LocalCluster.Listener silent = new Silence();
    try {
      cluster.start(spec.nodes(), (node, marker) -> {
        Packaged files = required(packaged, node.app());
        List<String> flags = new ArrayList<>();
        if (node.equals(recorders.get(node.app())))
          flags.add("-XX:AOTCacheOutput=" + draft(files));
        return commandLine.of(cluster.directory(), spec, node, new Packaged(files.jar(), Optional.empty()),
            marker, flags);
      }, silent);
      cluster.awaitReady(spec.nodes(), READY_LIMIT, silent);
      ClusterClient client = new ClusterClient(spec.clientUrls(), Duration.ofSeconds(30));
      exercise(client, spec.brokers().size());
      exercise(spec, client);
      if (spec.controllers().size() > 2)
        failOver(cluster, spec.controllers().get(1), client);
    } finally {
      // The cache is written as the JVM ends, which takes far longer than stopping does.
      cluster.stop(spec.nodes(), DUMP_LIMIT, silent);
    }
  }

  /** The calls that matter: create, produce singly and in batches, read, list. */
  private static void exercise(ClusterClient client, int brokers) throws InterruptedException {
    Topics topics = new Topics(client);
    topics.create(new NewTopic("training", OptionalInt.of(4), OptionalInt.of(Math.min(2, brokers)), Map.of()));
    String batch = "{\"records\":[" + "{\"key\":\"k%d\",\"value\":{\"n\":%d,\"text\":\"some text\"}},".repeat(20)
        .replace("%d", "7") + "{\"value\":null}]}";
    for (int i = 0; i < ROUNDS; i++) {
      String body = i % 3 == 0 ? batch : "{\"records\":[{\"key\":\"k" + i + "\",\"value\":{\"n\":" + i + "}}]}";
      client.attempt(new Call("POST", "/topics/training", "*/*", "application/vnd.kafka.json.v2+json",
          body.getBytes(StandardCharsets.UTF_8)), i, client.timeout());
      if (i % 10 == 0) {
        for (int partition = 0; partition < 4; partition++) {
          client.attempt(Call.get("/topics/training/partitions/" + partition + "/records?offset=0&timeout=0",
              i % 20 == 0 ? "application/vnd.kafka.json.v2+json" : "application/vnd.kafka.binary.v2+json"), i,
              client.timeout());
        }
      }
    }
    topics.list();
    topics.describe("training");
    topics.delete("training");
  }

  /** What waits while a controller fails over: a new leader and its first decisions. Each controller leads for a while. */
  private static void exercise(ClusterSpec spec, ClusterClient client) throws InterruptedException {
    Topics topics = new Topics(client);
    ActiveController active = activeOf(spec);
    for (int round = 0; round < spec.controllers().size(); round++) {
      decide(topics, "training-" + round + "-");
      active.post("/raft/v1/transfer", Json.object());
    }
  }

  private static ActiveController activeOf(ClusterSpec spec) {
    return new ActiveController(spec.controllers().stream().map(node -> URI.create(node.internalUrl())).toList(),
        Duration.ofSeconds(15));
  }

  private static void decide(Topics topics, String prefix) throws InterruptedException {
    for (int i = 0; i < DECISIONS; i++) {
      topics.create(new NewTopic(prefix + i, OptionalInt.of(2), OptionalInt.of(1), Map.of()));
      topics.delete(prefix + i);
    }
  }

  /** A leader that is gone without a word: noticed, and followed by the one that records, who is the first in rank. */
  private static void failOver(LocalCluster cluster, NodeSpec victim, ClusterClient client)
      throws InterruptedException {
    activeOf(cluster.spec()).post("/raft/v1/transfer", Json.object().put("nodeId", victim.id()));
    Optional<ProcessHandle> process = cluster.process(victim).running();
    process.ifPresent(ProcessHandle::destroyForcibly);
    decide(new Topics(client), "training-failover-");
  }

  private void publish(Packaged files, String problem) {
    try {
      if (Files.exists(draft(files))) {
        Files.move(draft(files), files.cachePath(), StandardCopyOption.ATOMIC_MOVE);
      } else {
        String reason = problem.isEmpty() ? "the JVM wrote none" : problem;
        Files.writeString(failureMark(files), reason + "\n");
        talk.accept("no AOT cache for " + files.jar().getFileName() + ", it will start more slowly: " + reason);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Packaged required(Map<App, Packaged> packaged, App app) {
    Packaged files = packaged.get(app);
    if (files == null)
      throw new IllegalStateException("not packaged: " + app);
    return files;
  }

  private static Path draft(Packaged files) {
    return files.cachePath().resolveSibling(files.cachePath().getFileName() + ".new");
  }

  private static Path failureMark(Packaged files) {
    return files.cachePath().resolveSibling(files.cachePath().getFileName() + ".failed");
  }

  private static int freeBasePort(int controllers, int brokers) {
    for (int port = FIRST_BASE_PORT; port < LAST_BASE_PORT; port += 100) {
      if (Ports.allFree(ClusterSpec.cluster(controllers, brokers, port, Map.of()).nodes())
          && Ports.allFree(ClusterSpec.combined(port, Map.of()).nodes())) {
        return port;
      }
    }
    throw new IllegalStateException("no free ports between " + FIRST_BASE_PORT + " and " + LAST_BASE_PORT);
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("ottla-training");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteQuietly(Path place) {
    try {
      Distribution.deleteTree(place);
    } catch (IOException e) {
      // It is in the system's temporary directory and will be cleaned with it.
    }
  }

  private static final class Silence implements LocalCluster.Listener {
    @Override
    public void started(NodeSpec node, long pid) {
    }

    @Override
    public void changed(NodeSpec node, NodeState state) {
    }

    @Override
    public void stopped(NodeSpec node) {
    }

    @Override
    public void killed(NodeSpec node, Duration waited) {
    }
  }
}
