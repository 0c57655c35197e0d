package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.pulse.Pulse.Answer;
import io.ottla.benchmarks.pulse.Pulse.Meaning;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a client was told about every topic it created, and the comparison with what the cluster has: acknowledged topics exist, refused ones
 * do not, those of unknown outcome either way, and each that exists is whole. One thread at a time.
 *
 * <p>
 * Topics are deleted once they have survived the failover after their own, so that thousands of them do not slow down what is measured. A
 * deleted one must not come back.
 */
final class TopicLedger {
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final long VISIBLE_SECONDS = 15;
  private static final int INDETERMINATE_FROM = 500;
  private static final int REFUSED_FOR_NOW = 50_302;

  private final Api api;
  private final int partitions;
  private final Map<String, Meaning> told = new TreeMap<>();
  private final Set<String> kept = new HashSet<>();
  private final Set<String> deleted = new HashSet<>();
  private final Map<Meaning, Integer> totals = new HashMap<>();
  private int unknownFound;

  /** @param partitions of each topic */
  TopicLedger(Api api, int partitions) {
    this.api = api;
    this.partitions = partitions;
  }

  /** Creates a topic and notes the answer. */
  Answer create(String broker, String clusterId, String topic, Duration limit) throws IOException {
    note(topic, Meaning.UNKNOWN); // until the answer is there
    Answer answer = meaning(api.createTopic(broker, clusterId, topic, partitions, 1, limit));
    note(topic, answer.meaning());
    return answer;
  }

  private synchronized void note(String topic, Meaning meaning) {
    Meaning before = told.put(topic, meaning);
    if (before != null) {
      totals.merge(before, -1, Integer::sum);
    }
    totals.merge(meaning, 1, Integer::sum);
  }

  private static Answer meaning(Api.Answer answer) {
    if (answer.status() == 201) {
      return Answer.acknowledged();
    }
    JsonNode error = answer.json();
    int code = error.path("error_code").intValue();
    boolean refused = answer.status() < INDETERMINATE_FROM || code == REFUSED_FOR_NOW;
    String what = code + " " + error.path("message").asText().replaceAll("[0-9]+", "#");
    return new Answer(refused ? Meaning.REFUSED : Meaning.UNKNOWN, what);
  }

  synchronized int total(Meaning meaning) {
    return totals.getOrDefault(meaning, 0);
  }

  /** Of the topics whose creation had an unknown outcome, those that were found to exist. */
  synchronized int unknownFound() {
    return unknownFound;
  }

  synchronized int deletedCount() {
    return deleted.size();
  }

  /** Compares, as one broker sees the cluster; acknowledged topics get a moment to become visible there. */
  synchronized void verify(String broker) {
    long deadline = System.nanoTime() + Duration.ofSeconds(VISIBLE_SECONDS).toNanos();
    Map<String, Integer> existing = existing(broker);
    List<String> missing = missing(existing);
    while (!missing.isEmpty() && System.nanoTime() < deadline) {
      Api.pause(100);
      existing = existing(broker);
      missing = missing(existing);
    }
    List<String> wrong = new ArrayList<>();
    missing.forEach(topic -> wrong.add(topic + " was acknowledged and is not there"));
    existing.forEach((topic, count) -> {
      if (told.get(topic) == Meaning.REFUSED) {
        wrong.add(topic + " was refused and exists");
      }
      if (deleted.contains(topic)) {
        wrong.add(topic + " was deleted and exists");
      }
      if (told.containsKey(topic) && count != partitions) {
        wrong.add(topic + " has " + count + " of " + partitions + " partitions");
      }
    });
    if (!wrong.isEmpty()) {
      throw new BenchmarkFailure(wrong.size() + " topics are not as clients were told: "
          + wrong.subList(0, Math.min(10, wrong.size())));
    }
  }

  private List<String> missing(Map<String, Integer> existing) {
    List<String> missing = new ArrayList<>();
    told.forEach((topic, meaning) -> {
      if (meaning == Meaning.ACKNOWLEDGED && !existing.containsKey(topic)) {
        missing.add(topic);
      }
    });
    return missing;
  }

  private Map<String, Integer> existing(String broker) {
    try {
      JsonNode topics = api.get(broker + "/v3/clusters/" + api.clusterId(broker) + "/topics", CALL).json();
      if (!topics.path("data").isArray()) {
        throw new BenchmarkFailure("no list of topics from " + broker + ": " + topics);
      }
      Map<String, Integer> partitionCounts = new HashMap<>();
      topics.path("data").forEach(
          topic -> partitionCounts.put(topic.path("topic_name").asText(), topic.path("partitions_count").asInt(-1)));
      return partitionCounts;
    } catch (IOException e) {
      throw new BenchmarkFailure("no list of topics from " + broker, e);
    }
  }

  /** Deletes what existed when this was called last and still exists; what is new stays for one failover more. */
  synchronized void deleteSettled(String broker) {
    Map<String, Integer> existing = existing(broker);
    String clusterId = api.clusterId(broker);
    for (String topic : List.copyOf(told.keySet())) {
      boolean exists = existing.containsKey(topic);
      if (exists && kept.add(topic)) {
        unknownFound += told.get(topic) == Meaning.UNKNOWN ? 1 : 0;
      } else if (exists) {
        delete(broker, clusterId, topic);
        told.remove(topic);
        kept.remove(topic);
        deleted.add(topic);
      }
    }
  }

  private void delete(String broker, String clusterId, String topic) {
    try {
      Api.Answer answer = api.delete(broker + "/v3/clusters/" + clusterId + "/topics/" + topic, CALL);
      if (answer.status() != 204) {
        throw new BenchmarkFailure("deleting " + topic + ": " + answer);
      }
    } catch (IOException e) {
      throw new BenchmarkFailure("deleting " + topic, e);
    }
  }
}
