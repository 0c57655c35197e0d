package io.ottla.common.metadata;

import java.util.Optional;
import java.util.UUID;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * A topic with its partitions. Immutable; replacing one partition shares the others.
 *
 * @param id random, never reused
 * @param name unique among living topics
 * @param partitions by number, from 0 without gaps
 */
public record TopicImage(UUID id, String name, PVector<PartitionState> partitions) {
  static TopicImage empty(UUID id, String name) {
    return new TopicImage(id, name, TreePVector.empty());
  }

  /** The state of a partition, when it exists. */
  public Optional<PartitionState> partition(int number) {
    return number < 0 || number >= partitions.size() ? Optional.empty() : Optional.of(partitions.get(number));
  }

  TopicImage withPartition(int number, PartitionState state) {
    return new TopicImage(id, name,
        number == partitions.size() ? partitions.plus(state) : partitions.with(number, state));
  }
}
