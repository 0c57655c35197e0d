package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A controller that cannot reach a majority acknowledges no metadata write (I10, I11), whether it led or followed. The others are stopped
 * with their connections open, so that nothing but missing answers tells it.
 */
class MinorityIT {
  private static final int PARTITIONS = 4;
  private static final Duration CALL = Duration.ofSeconds(4);
  private static final Duration PATIENT_CALL = Duration.ofSeconds(15);
  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final int ATTEMPTS = 3;

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 1);

  private final Map<String, CreateOutcome> unacknowledged = new LinkedHashMap<>();
  private int topics;

  @Test
  void aLeaderLeftAloneAcknowledgesNoTopicAndTheClusterGoesOnAfterwards() {
    mustCreate();
    Node leader = cluster.awaitActiveController(RECOVERY);
    List<Node> others = cluster.controllers().stream().filter(one -> one != leader).toList();

    mustNotCreateWhileStopped(leader, others);

    mustCreate();
    everyUnacknowledgedTopicIsWholeOrAbsent();
  }

  @Test
  void aFollowerLeftAloneAcknowledgesNoTopicAndDoesNotRaiseItsTerm() {
    mustCreate();
    Node leader = cluster.awaitActiveController(RECOVERY);
    Node follower = cluster.controllers().stream().filter(one -> one != leader).findFirst().orElseThrow();
    List<Node> others = cluster.controllers().stream().filter(one -> one != follower).toList();
    long termBefore = cluster.internal().quorum(follower).term();

    mustNotCreateWhileStopped(follower, others);

    assertThat(cluster.internal().quorum(follower).term()).as("term of the lonely follower, which pre-vote keeps")
        .isEqualTo(termBefore);
    mustCreate();
    everyUnacknowledgedTopicIsWholeOrAbsent();
  }

  private void mustNotCreateWhileStopped(Node lonely, List<Node> others) {
    others.forEach(Node::pause);
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        String direct = nextTopic();
        note(direct, cluster.internal().createTopic(lonely, direct, PARTITIONS, 1, CALL));
        String forwarded = nextTopic();
        note(forwarded, cluster.api(broker()).createTopic(forwarded, PARTITIONS, 1, CALL));
      }
      assertThat(cluster.internal().quorum(lonely).leads()).as("leadership claimed without a majority").isFalse();
    } finally {
      others.forEach(Node::resume);
    }
  }

  private void note(String topic, CreateOutcome outcome) {
    System.out.println("[Minority] " + topic + ": " + outcome);
    assertThat(outcome.kind()).as("creation of %s by a minority: %s", topic, outcome.detail())
        .isNotEqualTo(Kind.ACKNOWLEDGED);
    unacknowledged.put(topic, outcome);
  }

  /** Refusals are allowed while a leader is being elected; an acknowledgement must come. */
  private void mustCreate() {
    List<CreateOutcome> tried = new ArrayList<>();
    Waiting.until("a topic can be created", RECOVERY, () -> {
      String topic = nextTopic();
      CreateOutcome outcome = cluster.api(broker()).createTopic(topic, PARTITIONS, 1, PATIENT_CALL);
      tried.add(outcome);
      if (outcome.kind() != Kind.ACKNOWLEDGED) {
        unacknowledged.put(topic, outcome);
        return null;
      }
      cluster.awaitHealthy(broker(), topic, PARTITIONS, 1, RECOVERY);
      return topic;
    }, tried::toString);
  }

  private void everyUnacknowledgedTopicIsWholeOrAbsent() {
    unacknowledged.forEach((topic, outcome) -> {
      boolean exists = cluster.api(broker()).topics().contains(topic);
      assertThat(exists && outcome.kind() == Kind.REFUSED).as("%s exists though it was refused: %s", topic, outcome)
          .isFalse();
      if (exists) {
        cluster.awaitHealthy(broker(), topic, PARTITIONS, 1, RECOVERY);
      }
    });
  }

  private Node broker() {
    return cluster.brokers().getFirst();
  }

  private String nextTopic() {
    return "topic-" + ++topics;
  }
}
