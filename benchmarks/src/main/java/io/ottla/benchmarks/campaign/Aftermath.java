package io.ottla.benchmarks.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.HistoryWriter;
import io.ottla.benchmarks.history.Outcome;
import io.ottla.common.wire.ReplicaStatusResponse;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** When all faults are over: whether the cluster comes back, and what is in it. One thread. */
final class Aftermath {
  private static final Duration RECOVERY = Duration.ofMinutes(3);
  private static final Duration ASK = Duration.ofSeconds(20);
  private static final int READ_BYTES = 1 << 20;

  private final CampaignCluster cluster;
  private final HistoryWriter history;
  private final ClientCalls calls;
  private final Api api;
  private Map<String, Event.Replicas> replicas = Map.of();

  Aftermath(CampaignCluster cluster, HistoryWriter history, ClientCalls calls, Api api) {
    this.cluster = cluster;
    this.history = history;
    this.calls = calls;
    this.api = api;
  }

  /** Waits for the cluster to come back while clients are still at work, and notes whether it did. */
  void awaitRecovery() {
    observe("all nodes are ready", () -> cluster.nodes().stream().allMatch(cluster::isReady));
    for (String topic : Workload.TOPICS.keySet()) {
      observe("all replicas of " + topic + " are in sync", () -> cluster.isInSync(topic));
    }
  }

  /** Looks at everything, now that no client is at work. */
  void inspect() {
    observe("all controllers have the same metadata", this::metadataAgrees);
    List<String> topics = listTopics();
    for (String topic : topics) {
      observe("all replicas of " + topic + " are in sync", () -> cluster.isInSync(topic));
    }
    if (!CampaignCluster.await(RECOVERY, this::replicasAgree)) {
      Campaign.say("replicas do not become equal");
    }
    replicas.values().forEach(history::add);
    topics.forEach(this::readThroughEveryBroker);
  }

  private void observe(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    boolean holds = CampaignCluster.await(RECOVERY, condition);
    long tookMs = Duration.ofNanos(System.nanoTime() - start).toMillis();
    if (!holds || tookMs > 1_000) {
      Campaign.say(what + ": " + holds + " after " + tookMs + " ms");
    }
    if (!holds) {
      cluster.nodes().forEach(CampaignNode::dumpThreads);
    }
    history.add(new Event.Observation(what, holds, "after " + tookMs + " ms"));
  }

  private boolean metadataAgrees() {
    List<String> states = new ArrayList<>();
    for (CampaignNode controller : cluster.controllers()) {
      JsonNode view = cluster.quorum(controller);
      states.add(view == null
          ? "no answer from " + controller
          : view.path("digestIndex") + " " + view.path("imageDigest").asText("none"));
    }
    return states.stream().distinct().count() == 1 && !states.getFirst().contains("no");
  }

  private List<String> listTopics() {
    List<String> last = List.of();
    for (CampaignNode broker : cluster.brokers()) {
      List<String> topics = new ArrayList<>();
      CampaignCluster.await(RECOVERY, () -> {
        try {
          Api.Answer answer = api.get(broker.clientUrl() + "/topics", ASK);
          answer.json().forEach(name -> topics.add(name.asText()));
          return answer.status() == 200;
        } catch (IOException e) {
          return false;
        }
      });
      history.add(new Event.TopicList(broker.id(), topics));
      last = topics;
    }
    return last;
  }

  private boolean replicasAgree() {
    Map<String, Event.Replicas> found = new TreeMap<>();
    for (CampaignNode broker : cluster.brokers()) {
      try {
        Api.Answer answer = api.get(broker.internalUrl() + "/replica/v1/status?digest=true", ASK);
        ReplicaStatusResponse status = WireJson.read(answer.body().getBytes(StandardCharsets.UTF_8),
            ReplicaStatusResponse.class);
        for (ReplicaStatusResponse.Replica one : status.replicas()) {
          found.computeIfAbsent(one.topic() + "-" + one.partition(),
              _ -> new Event.Replicas(one.topic(), one.partition(), new ArrayList<>())).replicas()
              .add(new Event.Replica(broker.id(), one.logStartOffset(), one.highWatermark(), one.logEndOffset(),
                  one.digest()));
        }
      } catch (IOException e) {
        return false;
      }
    }
    replicas = found;
    return !found.isEmpty() && found.values().stream().allMatch(one -> one.replicas().size() == cluster.brokers().size()
        && one.replicas().stream().map(replica -> replica.logEndOffset() + " " + replica.highWatermark() + " "
            + replica.digest()).distinct().count() == 1);
  }

  private void readThroughEveryBroker(String topic) {
    for (CampaignNode broker : cluster.brokers()) {
      JsonNode described = cluster.describe(broker, topic);
      int partitions = described == null ? 0 : described.path("partitions").size();
      for (int partition = 0; partition < partitions; partition++) {
        readToTheEnd(broker, topic, partition);
      }
    }
  }

  private void readToTheEnd(CampaignNode broker, String topic, int partition) {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    long from = 0;
    boolean more = true;
    while (more && System.nanoTime() < deadline) {
      ClientCalls.ReadEnd read = calls.read("aftermath", Event.Reader.FINAL, broker, topic, partition, from, 0,
          READ_BYTES);
      more = read.outcome() != Outcome.OK || read.next() > from;
      from = read.next();
      if (read.outcome() != Outcome.OK) {
        Api.pause(200);
      }
    }
  }
}
