package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An active controller that is asked to end hands over first (Q39). With election timeouts of many seconds here, only that can be the
 * reason when another acts soon.
 */
@Tag("drill")
class LeadershipTransferIT {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final long ELECTION_MS = 6_000;
  private static final long SOON_MS = 1_500;
  private static final int ROUNDS = 3;

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 1)
      .with("controller.quorum.election.timeout.min.ms", Long.toString(ELECTION_MS))
      .with("controller.quorum.election.timeout.max.ms", Long.toString(2 * ELECTION_MS))
      .with("controller.quorum.check.quorum.window.ms", Long.toString(ELECTION_MS));

  private final CreatedTopics topics = new CreatedTopics(1);

  @Test
  void anActiveControllerThatIsAskedToEndHandsOverWithoutAnElectionTimeout() {
    for (int round = 0; round < ROUNDS; round++) {
      cluster.awaitEqualMetadata(RECOVERY);
      Node leaving = cluster.awaitActiveController(RECOVERY);
      mustCreate("before-" + round);

      CompletableFuture<Void> end = CompletableFuture.runAsync(leaving::terminate);
      long longestMs = longestGapUntil(end, "during-" + round);

      end.orTimeout(RECOVERY.toSeconds(), TimeUnit.SECONDS).join();
      System.out.println("[Transfer] " + leaving + " was asked to end, longest gap " + longestMs + " ms");
      assertThat(longestMs).as("longest time between two acknowledged creations, ms").isLessThan(SOON_MS);
      assertThat(cluster.awaitActiveController(RECOVERY)).isNotEqualTo(leaving);
      leaving.start();
    }
    cluster.awaitEqualMetadata(RECOVERY);
    topics.mustBeTrueAt(cluster.api(cluster.brokers().getFirst()));
  }

  /** Creates topics until something has ended, and one more. */
  private long longestGapUntil(CompletableFuture<Void> end, String name) {
    long longest = 0;
    boolean last = false;
    for (int number = 0; !last; number++) {
      last = end.isDone();
      long before = System.nanoTime();
      mustCreate(name + "-" + number);
      longest = Math.max(longest, System.nanoTime() - before);
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  /** Asks the controllers one after the other until one does it; none is asked for its status, which may lag. */
  private void mustCreate(String name) {
    int[] attempt = new int[1];
    Waiting.until("a topic can be created", RECOVERY, () -> {
      for (Node node : cluster.controllers()) {
        String topic = name + "-" + attempt[0]++;
        CreateOutcome outcome = cluster.internal().createTopic(node, topic, 1, 1, CALL);
        topics.note(topic, outcome);
        if (outcome.kind() == Kind.ACKNOWLEDGED) {
          return true;
        }
      }
      return false;
    });
  }
}
