package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What clients were told about the topics they created, and the comparison with the cluster: acknowledged ones exist, refused ones do not,
 * each that exists is whole (I10, I11, I19). Any thread.
 */
final class CreatedTopics {
  private static final Duration VISIBLE = Duration.ofSeconds(20);

  private final int partitions;
  private final Map<String, CreateOutcome> outcomes = new TreeMap<>();

  /** @param partitions of each topic */
  CreatedTopics(int partitions) {
    this.partitions = partitions;
  }

  synchronized void note(String topic, CreateOutcome outcome) {
    if (outcomes.put(topic, outcome) != null) {
      throw new IllegalStateException(topic + " was created twice");
    }
  }

  synchronized long count(Kind kind) {
    return outcomes.values().stream().filter(one -> one.kind() == kind).count();
  }

  synchronized void mustBeTrueAt(BrokerApi broker) {
    Waiting.until("all acknowledged topics are seen at " + broker.base(), VISIBLE, () -> missing(broker).isEmpty());
    Set<String> existing = new HashSet<>(broker.topics());
    outcomes.forEach((topic, outcome) -> {
      if (existing.contains(topic)) {
        assertThat(outcome.kind()).as("%s exists: %s", topic, outcome).isNotEqualTo(Kind.REFUSED);
        assertThat(broker.describe(topic).partitions()).as("partitions of %s", topic).hasSize(partitions);
      }
    });
  }

  private List<String> missing(BrokerApi broker) {
    Set<String> existing = new HashSet<>(broker.topics());
    return outcomes.entrySet().stream()
        .filter(one -> one.getValue().kind() == Kind.ACKNOWLEDGED && !existing.contains(one.getKey()))
        .map(Map.Entry::getKey).toList();
  }

  @Override
  public synchronized String toString() {
    return count(Kind.ACKNOWLEDGED) + " acknowledged, " + count(Kind.REFUSED) + " refused, " + count(Kind.UNKNOWN)
        + " unknown";
  }
}
