package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What brokers report of their replicas of one topic. One thread. */
final class ReplicaReports {
  private final String topic;
  private final boolean digests;
  private final SortedMap<Integer, List<Replica>> partitions = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private boolean anyAnswer;

  /** One replica as its broker has it; offsets as in the cluster's own terms. */
  record Replica(int broker, String role, int leaderEpoch, long logStart, long highWatermark, long durable, long logEnd,
      String digest) {}

  /** How the replicas of a partition compare. */
  enum Agreement {
    /** At the same place, and with --digests with the same contents. */
    EQUAL,
    /** Not at the same place, as under load: contents cannot be compared. */
    APART,
    /** From the same start to the same high watermark they hold different bytes. */
    DIFFERENT
  }

  ReplicaReports(String topic, boolean digests) {
    this.topic = topic;
    this.digests = digests;
  }

  /** Takes in the answer of one broker. */
  void add(JsonNode report) {
    anyAnswer = true;
    for (JsonNode one : report.path("replicas")) {
      if (one.path("topic").asText().equals(topic)) {
        partitions.computeIfAbsent(one.path("partition").asInt(), _ -> new ArrayList<>())
            .add(new Replica(report.path("brokerId").asInt(), one.path("role").asText(),
                one.path("leaderEpoch").asInt(), one.path("logStartOffset").asLong(),
                one.path("highWatermark").asLong(), one.path("durableOffset").asLong(),
                one.path("logEndOffset").asLong(), one.path("digest").asText("")));
      }
    }
  }

  void addProblem(URI broker, String reason) {
    problems.add(broker.getAuthority() + ": " + reason);
  }

  boolean anyAnswer() {
    return anyAnswer;
  }

  List<String> problems() {
    return Collections.unmodifiableList(problems);
  }

  SortedMap<Integer, List<Replica>> partitions() {
    return Collections.unmodifiableSortedMap(partitions);
  }

  /** Contents differ as soon as two replicas with the same range have different digests, wherever the others stand. */
  Agreement agreement(int partition) {
    List<Replica> replicas = partitions.getOrDefault(partition, List.of());
    if (digests && distinct(replicas, one -> List.of(one.logStart(), one.highWatermark(), one.digest())) > distinct(
        replicas, one -> List.of(one.logStart(), one.highWatermark()))) {
      return Agreement.DIFFERENT;
    }
    return distinct(replicas, one -> List.of(one.logStart(), one.highWatermark(), one.logEnd())) > 1
        ? Agreement.APART
        : Agreement.EQUAL;
  }

  private static long distinct(List<Replica> replicas, Function<Replica, Object> by) {
    return replicas.stream().map(by).distinct().count();
  }

  /** Partitions whose replicas compare like that. */
  int count(Agreement wanted) {
    return (int) partitions.keySet().stream().filter(partition -> agreement(partition) == wanted).count();
  }
}
