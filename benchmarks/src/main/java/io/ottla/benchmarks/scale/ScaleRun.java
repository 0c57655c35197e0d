package io.ottla.benchmarks.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.pulse.Gaps;
import io.ottla.benchmarks.pulse.Pulse;
import io.ottla.benchmarks.scale.Controllers.Reply;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The measurements, in the order in which they build on each other. One thread. */
final class ScaleRun {
  private static final Duration CREATE_LIMIT = Duration.ofSeconds(30);
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CHANGES_AROUND = 10;
  private static final int STATUS_ATTEMPTS = 10;
  private static final double NANOS_PER_MS = 1e6;

  private final ScaleReport report;
  private final Api api;
  private final Controllers client;
  private final List<ScaleNode> controllers;
  private final ScaleNode broker;
  private final List<FakeBroker> fakes;
  private final MetadataWatch watch;
  private int repeated;

  ScaleRun(ScaleReport report, Api api, Controllers client, List<ScaleNode> controllers, ScaleNode broker,
      List<FakeBroker> fakes, MetadataWatch watch) {
    this.report = report;
    this.api = api;
    this.client = client;
    this.controllers = controllers;
    this.broker = broker;
    this.fakes = fakes;
    this.watch = watch;
  }

  void run(int topics, int partitions, int replicas, int kills) {
    fakes.forEach(FakeBroker::register);
    fakes.forEach(FakeBroker::startBeating);
    watch.await("all brokers are unfenced", image -> activeBrokers(image) == fakes.size(), PATIENCE);
    create(topics, partitions, replicas);
    memory("after the creation");
    oneChange("with all partitions there", partitions, replicas);
    status();
    snapshots();
    killActive(kills, replicas);
    startBroker();
    lose("broker that hangs", fakes.getFirst(), FakeBroker::stopBeating);
    lose("broker whose process ends", fakes.getLast(), FakeBroker::die);
    memory("at the end");
    report.number("creations that had to be tried again", repeated, "");
    report.number("heartbeats that no controller took", fakes.stream().mapToLong(FakeBroker::missed).sum(), "");
  }

  private static long activeBrokers(MetadataImage image) {
    return image.brokers().values().stream().filter(BrokerRegistration::active).count();
  }

  private void create(int topics, int partitions, int replicas) {
    List<Double> millis = new ArrayList<>();
    long start = System.nanoTime();
    for (int number = 0; number < topics; number++) {
      long before = System.nanoTime();
      mustCreate("scale-" + number, partitions, replicas);
      millis.add(since(before));
      if ((number + 1) % Math.max(1, topics / 10) == 0) {
        System.err.printf("%d topics after %.1f s%n", number + 1, since(start) / 1e3);
      }
    }
    report.number("creation, all topics one after the other", since(start) / 1e3, "s");
    report.gaps(new Gaps("creation, one topic", millis));
    report.gaps(new Gaps("creation, one of the first tenth", millis.subList(0, Math.max(1, topics / 10))));
    report.gaps(new Gaps("creation, one of the last tenth", millis.subList(topics - Math.max(1, topics / 10), topics)));
    watch.await("all topics are seen", image -> image.topicCount() == topics, PATIENCE);
    for (TopicImage topic : watch.image().topics()) {
      if (topic.partitions().size() != partitions) {
        throw new BenchmarkFailure(topic.name() + " has " + topic.partitions().size() + " partitions");
      }
    }
    for (ScaleNode node : controllers) {
      report.mebibytes("metadata log of controller " + node.id(), node.metadataBytes(".log"));
    }
  }

  /** What was refused for now, or may have happened, is tried again, as a client would: leadership may move at any time. */
  private void mustCreate(String name, int partitions, int replicas) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Reply<CreateTopicResponse> reply = createOnce(name, partitions, replicas);
    while (!(reply instanceof Reply.Done<CreateTopicResponse>)) {
      boolean wasDoneBefore = reply instanceof Reply.Refused<CreateTopicResponse> refused
          && refused.code() == ErrorCode.TOPIC_EXISTS;
      if (wasDoneBefore) {
        return;
      }
      System.err.println("creating " + name + " again: " + reply);
      if (reply instanceof Reply.Unknown<CreateTopicResponse>) {
        controllers.forEach(ScaleNode::dumpThreads);
      }
      repeated++;
      if (System.nanoTime() > deadline) {
        throw new BenchmarkFailure("creating " + name + ": " + reply);
      }
      Api.pause(20);
      reply = createOnce(name, partitions, replicas);
    }
  }

  private Reply<CreateTopicResponse> createOnce(String name, int partitions, int replicas) {
    return client.post("/cluster/v1/topics",
        new CreateTopicRequest(name, partitions, replicas, null, Map.of(), false), CreateTopicResponse.class,
        CREATE_LIMIT);
  }

  private void memory(String when) {
    for (ScaleNode node : controllers) {
      boolean active = node.internalUrl().equals(client.active());
      // The collection stops the process; the active controller could lose its office by that.
      boolean collected = !active && node.collectGarbage();
      String name = (active ? "active controller " : "controller ") + node.id() + " " + when + ", ";
      node.heapBytes(api).ifPresent(
          bytes -> report.mebibytes(name + "heap" + (collected ? " in use" : " with garbage"), bytes));
      report.mebibytes(name + "resident", node.residentBytes());
      report.number(name + "longest stop by the collector", node.longestPauseMs(), "ms");
    }
  }

  private void oneChange(String when, int partitions, int replicas) {
    List<Double> millis = new ArrayList<>();
    for (int number = 0; number < 2 * CHANGES_AROUND; number++) {
      long before = System.nanoTime();
      mustCreate("small-" + when.length() + "-" + number, 1, replicas);
      millis.add(since(before));
    }
    report.gaps(new Gaps("one change (a topic of 1 partition) " + when, millis));
  }

  /** What operators and health checks ask all the time. */
  private void status() {
    long applied = -1;
    double millis = 0;
    for (int attempt = 0; attempt < STATUS_ATTEMPTS; attempt++) {
      long before = System.nanoTime();
      long index = quorumStatus(controllers.getFirst()).path("appliedIndex").asLong();
      if (index == applied) {
        report.number("status with digest, image just hashed", since(before), "ms");
        break;
      }
      applied = index;
      millis = since(before);
    }
    report.number("status with digest, new image", millis, "ms");
  }

  private JsonNode quorumStatus(ScaleNode node) {
    try {
      return api.get(node.internalUrl() + "/raft/v1/status?digest=true", STATUS_LIMIT).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** Says less than the status, and costs nothing. */
  private JsonNode health(ScaleNode node) {
    try {
      return api.get(node.managementUrl() + "/actuator/health/readiness", STATUS_LIMIT).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private void snapshots() {
    for (ScaleNode node : controllers) {
      String name = "snapshot of controller " + node.id();
      try {
        long before = System.nanoTime();
        Api.Answer answer = api.post(node.internalUrl() + "/raft/v1/snapshot", "application/json", "{}", PATIENCE);
        switch (answer.status()) {
          case 200 -> {
            report.mebibytes(name + ", size", answer.json().path("sizeInBytes").asDouble());
            report.number(name + ", time it says", answer.json().path("millis").asDouble(), "ms");
            report.number(name + ", time of the call", since(before), "ms");
            report.mebibytes("metadata log of controller " + node.id() + " behind it", node.metadataBytes(".log"));
          }
          case 404 -> report.text(name, "not available");
          default -> report.text(name, "refused: " + answer);
        }
      } catch (IOException e) {
        report.text(name, "no answer: " + e);
      }
    }
  }

  private void killActive(int kills, int replicas) {
    List<Double> gaps = new ArrayList<>();
    List<Double> returns = new ArrayList<>();
    for (int round = 0; round < kills; round++) {
      String prefix = "after-death-" + round + "-";
      ScaleNode victim = active(replicas);
      try (Pulse pulse = new Pulse("creator", number -> change(prefix + number, replicas))) {
        pulse.await(CHANGES_AROUND, 0, PATIENCE.toSeconds());
        long killedAt = System.nanoTime();
        victim.kill();
        pulse.await(CHANGES_AROUND, killedAt, PATIENCE.toSeconds());
        gaps.add(pulse.timeline().longestGapMs(killedAt));
        System.err.printf("killed active controller %d: %.0f ms without an acknowledgement; %s%n", victim.id(),
            gaps.getLast(), pulse.timeline().problems());
      }
      long before = System.nanoTime();
      victim.start();
      awaitFollowing(victim);
      returns.add(since(before));
    }
    if (kills > 0) {
      report.gaps(new Gaps("active controller killed, until the next change", gaps));
      report.gaps(new Gaps("killed controller started, until it has all", returns));
      report.number("brokers unfenced after that", activeBrokers(watch.image()), "");
    }
  }

  private ScaleNode active(int replicas) {
    mustCreate("finds-the-active-" + System.nanoTime(), 1, replicas);
    return controllers.stream().filter(node -> node.internalUrl().equals(client.active())).findFirst().orElseThrow();
  }

  private Pulse.Answer change(String topic, int replicas) {
    return switch (createOnce(topic, 1, replicas)) {
      case Reply.Done<CreateTopicResponse> _ -> Pulse.Answer.acknowledged();
      case Reply.Refused<CreateTopicResponse> refused ->
        new Pulse.Answer(Pulse.Meaning.REFUSED, refused.code().name());
      case Reply.Unknown<CreateTopicResponse> unknown -> new Pulse.Answer(Pulse.Meaning.UNKNOWN, unknown.why());
    };
  }

  private void awaitFollowing(ScaleNode node) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long wanted = watch.image().index();
    while (System.nanoTime() < deadline) {
      JsonNode quorum = health(node).path("components").path("quorum");
      if (quorum.path("status").asText().equals("UP")
          && quorum.path("details").path("appliedIndex").asLong() >= wanted) {
        return;
      }
      Api.pause(50);
    }
    throw new BenchmarkFailure("controller " + node.id() + " has not caught up within " + PATIENCE.toSeconds() + " s");
  }

  private void startBroker() {
    long before = System.nanoTime();
    broker.start();
    MetadataWatch.Seen registered = watch.await("the broker is registered",
        image -> image.broker(broker.id()).isPresent(), PATIENCE);
    MetadataWatch.Seen unfenced = watch.await("the broker is unfenced", image -> image.isActive(broker.id()), PATIENCE);
    broker.awaitReady(api, PATIENCE);
    report.number("broker that hosts nothing, start until ready", since(before), "ms");
    report.number("  until registered", (registered.atNanos() - before) / NANOS_PER_MS, "ms");
    report.number("  until unfenced", (unfenced.atNanos() - before) / NANOS_PER_MS, "ms");
    broker.heapBytes(api).ifPresent(bytes -> report.mebibytes("  heap with garbage", bytes));
    if (broker.collectGarbage()) {
      broker.heapBytes(api).ifPresent(bytes -> report.mebibytes("  heap in use", bytes));
    }
    report.mebibytes("  resident", broker.residentBytes());
  }

  /** @param end makes the broker go, and tells since when it is gone */
  private void lose(String name, FakeBroker fake, ToLongFunction<FakeBroker> end) {
    int[] roles = roles(watch.image(), fake.id());
    long index = watch.image().index();
    long goneAt = end.applyAsLong(fake);
    MetadataWatch.Seen first = watch.await("the first change by the fencing",
        image -> roles(image, fake.id())[1] < roles[1], PATIENCE);
    MetadataWatch.Seen last = watch.await("all leaders are back and the broker is in no ISR", image -> {
      int[] left = roles(image, fake.id());
      return left[0] == 0 && left[1] == 0 && left[2] == 0 && !image.isActive(fake.id());
    }, PATIENCE);
    report.number(name + ", partitions it led", roles[0], "");
    report.number(name + ", ISRs it was in", roles[1], "");
    report.number(name + ", until all partitions are led", (last.atNanos() - goneAt) / NANOS_PER_MS, "ms");
    report.number("  of that from the first change to the last", (last.atNanos() - first.atNanos()) / NANOS_PER_MS,
        "ms");
    report.number("  entries", last.image().index() - index, "");
    report.number("  brokers still unfenced", activeBrokers(last.image()), "of " + (fakes.size() + 1));
  }

  /** Partitions it leads, ISRs it is in, partitions without a leader. */
  private static int[] roles(MetadataImage image, int brokerId) {
    int[] counts = new int[3];
    image.forEachPartition((topic, number, state) -> {
      counts[0] += state.leader() == brokerId ? 1 : 0;
      counts[1] += state.isr().contains(brokerId) ? 1 : 0;
      counts[2] += state.hasLeader() ? 0 : 1;
    });
    return counts;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / NANOS_PER_MS;
  }
}
