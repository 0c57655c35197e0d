package io.ottla.common.id;

import java.util.Comparator;
import java.util.UUID;

/**
 * A partition named by its topic's id, which is never reused (M2), unlike the name.
 *
 * @param topicId random id given to the topic when it was created
 * @param partition number within the topic, from 0
 */
public record TopicIdPartition(UUID topicId, int partition) implements Comparable<TopicIdPartition> {
  private static final Comparator<TopicIdPartition> ORDER = Comparator.comparing(TopicIdPartition::topicId)
      .thenComparingInt(TopicIdPartition::partition);

  /** Rejects negative partition numbers: they are a caller's bug, not input. */
  public TopicIdPartition {
    if (partition < 0) {
      throw new IllegalArgumentException("partition " + partition + " is negative");
    }
  }

  @Override
  public int compareTo(TopicIdPartition other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return topicId + "-" + partition;
  }
}
