package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A controller that missed what a snapshot has replaced gets the snapshot (Q33, Q34); so does a broker (M34). */
@Tag("drill")
class SnapshotCatchUpIT {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final String SEGMENT_BYTES = "metadata.log.segment.bytes";
  private static final String KEPT_ENTRIES = "metadata.log.retained.entries";
  private static final int TOPICS = 60;

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 2).with(SEGMENT_BYTES, "16384").with(KEPT_ENTRIES, "10");

  private final CreatedTopics topics = new CreatedTopics(10);

  @Test
  void aFollowerAndABrokerThatMissedTheDroppedLogCatchUpBySnapshot() {
    mustCreate("before");
    cluster.awaitEqualMetadata(RECOVERY);
    Node leader = cluster.awaitActiveController(RECOVERY);
    Node late = cluster.controllers().stream().filter(node -> node != leader).findFirst().orElseThrow();
    Node lateBroker = cluster.brokers().getLast();
    long seen = cluster.internal().quorum(late).appliedIndex();
    late.kill();
    lateBroker.kill();

    for (int i = 0; i < TOPICS; i++) {
      mustCreate("missed-" + i);
    }
    for (Node node : cluster.controllers()) {
      if (node != late) {
        assertThat(cluster.internal().snapshot(node).path("lastIndex").asLong()).as("snapshot of %s", node)
            .isGreaterThan(seen);
        Waiting.until(node + " has dropped what it replaced", RECOVERY,
            () -> new MetadataFiles(node).firstIndex() > seen + 1);
      }
    }

    late.start();
    lateBroker.start();

    cluster.awaitEqualMetadata(RECOVERY);
    assertThat(new MetadataFiles(late).firstIndex()).as("first index in the log of the late controller")
        .isGreaterThan(seen + 1);
    topics.mustBeTrueAt(cluster.api(cluster.brokers().getFirst()));
    topics.mustBeTrueAt(cluster.api(lateBroker));
    lateControllerLeads(late);
  }

  /** What it has is good enough to lead with. */
  private void lateControllerLeads(Node late) {
    Waiting.until("the late controller leads", RECOVERY, () -> {
      Node active = cluster.awaitActiveController(RECOVERY);
      if (active == late) {
        return true;
      }
      active.pause();
      Waiting.pause(1_500);
      active.resume();
      return false;
    });
    mustCreate("after");
    cluster.awaitEqualMetadata(RECOVERY);
    topics.mustBeTrueAt(cluster.api(cluster.brokers().getLast()));
  }

  private void mustCreate(String name) {
    Waiting.until("a topic can be created", RECOVERY, () -> {
      String topic = name + "-" + System.nanoTime();
      CreateOutcome outcome = cluster.internal().createTopic(cluster.awaitActiveController(RECOVERY), topic, 10, 1,
          CALL);
      topics.note(topic, outcome);
      return outcome.kind() == Kind.ACKNOWLEDGED;
    });
  }
}
