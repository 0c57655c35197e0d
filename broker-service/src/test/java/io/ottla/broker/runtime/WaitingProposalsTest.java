package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.id.TopicIdPartition;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One proposal of a partition at a time (P24). */
class WaitingProposalsTest {
  private final WaitingProposals<String> waiting = new WaitingProposals<>();

  private static TopicIdPartition partition(int number) {
    return new TopicIdPartition(new UUID(1, 1), number);
  }

  /** Seen in the cluster simulation (seed 2626): the second of two in one request was refused, and its leader took that for the answer to a third. */
  @Test
  void aNewerProposalOfAPartitionTakesThePlaceOfTheOlder() {
    waiting.add(partition(0), "epoch 9");
    waiting.add(partition(1), "epoch 5");
    waiting.add(partition(0), "epoch 10");
    assertThat(waiting.take(10)).containsExactly("epoch 5", "epoch 10");
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  void whatIsTooMuchForOneCallWaitsForTheNext() {
    for (int number = 0; number < 3; number++) {
      waiting.add(partition(number), "of " + number);
    }
    assertThat(waiting.take(2)).containsExactly("of 0", "of 1");
    assertThat(waiting.take(2)).containsExactly("of 2");
    assertThat(waiting.take(2)).isEmpty();
  }
}
