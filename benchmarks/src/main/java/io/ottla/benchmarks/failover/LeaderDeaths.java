package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.ClusterStatus;
import io.ottla.benchmarks.ClusterStatus.Node;
import io.ottla.benchmarks.pulse.Gaps;
import io.ottla.benchmarks.pulse.Pulse;
import io.ottla.benchmarks.pulse.Pulse.Answer;
import io.ottla.benchmarks.pulse.Pulse.Meaning;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Deaths of the leader of a partition while a client of a surviving broker produces back to back, acks=all. One thread. */
final class LeaderDeaths {
  private static final int REPLICAS = 3;
  private static final Duration PRODUCE_LIMIT = Duration.ofSeconds(35);
  private static final Duration IN_SYNC_LIMIT = Duration.ofSeconds(60);
  private static final long WAIT_SECONDS = 60;
  private static final int RECORDS_AROUND = 20;
  private static final int MOST_DELAY_MS = 200;
  private static final int REFUSED_FOR_NOW = 50_302;

  private final Nodes nodes;
  private final Api api;
  private final Random random;
  private final Death death;
  private final String topic;

  /** @param random decides the moment of each death */
  LeaderDeaths(Nodes nodes, Api api, Random random, Death death) {
    this.nodes = nodes;
    this.api = api;
    this.random = random;
    this.death = death;
    this.topic = "failover-" + death.name().toLowerCase(Locale.ROOT);
  }

  /** All rounds. */
  FailoverResult measure(int rounds) {
    String kind = "produce acks=all, partition leader " + death.words();
    FailoverResult result = new FailoverResult(kind);
    List<Double> gaps = new ArrayList<>();
    ClusterStatus cluster = nodes.status();
    api.createAndAwait(cluster.brokers().getFirst().clientUrl(), topic, 1, REPLICAS);
    for (int round = 0; round < rounds; round++) {
      Node leader = leader(cluster, round);
      Node survivor = cluster.brokers().stream().filter(node -> node.id() != leader.id()).skip(round % 2).findFirst()
          .orElseThrow();
      try (Pulse pulse = new Pulse("producer", number -> produce(survivor, number))) {
        pulse.await(RECORDS_AROUND, 0, WAIT_SECONDS);
        Api.pause(random.nextInt(MOST_DELAY_MS));
        long struckAt = System.nanoTime();
        nodes.strike(leader, death);
        // Who was asked to end leads on for a while.
        nodes.awaitEnd(leader);
        pulse.await(RECORDS_AROUND, System.nanoTime(), WAIT_SECONDS);
        gaps.add(pulse.timeline().longestGapMs(struckAt));
        result.add(pulse.timeline());
        System.err.printf("leader %s %d/%d, broker %d: %.0f ms without an acknowledgement; %s%n", death.words(),
            round + 1, rounds, leader.id(), gaps.getLast(), pulse.timeline().problems());
      }
      nodes.restart(leader);
      cluster = nodes.status();
      api.awaitInSync(survivor.clientUrl(), topic, 1, REPLICAS, IN_SYNC_LIMIT);
    }
    result.measured(new Gaps(kind, gaps), List.of());
    return result;
  }

  private Node leader(ClusterStatus cluster, int round) {
    Node anyBroker = cluster.brokers().get(round % cluster.brokers().size());
    JsonNode description = api.awaitInSync(anyBroker.clientUrl(), topic, 1, REPLICAS, IN_SYNC_LIMIT);
    return cluster.node(description.path("partitions").path(0).path("leader").intValue());
  }

  private Answer produce(Node broker, int number) throws IOException {
    String body = "{\"records\":[{\"key\":\"pulse\",\"value\":" + number + "}]}";
    Api.Answer answer = api.post(broker.clientUrl() + "/topics/" + topic + "/partitions/0",
        "application/vnd.kafka.json.v2+json", body, PRODUCE_LIMIT);
    JsonNode entry = answer.json().path("offsets").path(0);
    if (answer.status() == 200 && entry.path("error_code").isNull()) {
      return Answer.acknowledged();
    }
    JsonNode error = answer.status() == 200 ? entry : answer.json();
    int code = error.path("error_code").intValue();
    String words = error.path("error").asText(error.path("message").asText()).replaceAll("[0-9]+", "#");
    return new Answer(code == REFUSED_FOR_NOW ? Meaning.REFUSED : Meaning.UNKNOWN, code + " " + words);
  }
}
