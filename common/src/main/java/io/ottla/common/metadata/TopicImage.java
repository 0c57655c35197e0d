package io.ottla.common.metadata;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A topic with its partitions. Immutable; replacing one partition shares the others. */
public final class TopicImage {
  private final UUID id;
  private final String name;
  private final PartitionList partitions;
  /** Counted at first use; a race counts twice, with the same result. */
  private @Nullable TopicShares shares;

  private TopicImage(UUID id, String name, PartitionList partitions) {
    this.id = id;
    this.name = name;
    this.partitions = partitions;
  }

  static TopicImage empty(UUID id, String name) {
    return new TopicImage(id, name, PartitionList.EMPTY);
  }

  static TopicImage of(UUID id, String name, List<PartitionState> partitions) {
    return new TopicImage(id, name, PartitionList.of(partitions));
  }

  /** Random, never reused. */
  public UUID id() {
    return id;
  }

  /** Unique among living topics. */
  public String name() {
    return name;
  }

  /** The partitions by number, from 0 without gaps; unmodifiable. */
  public List<PartitionState> partitions() {
    return partitions;
  }

  /** The state of a partition, when it exists. */
  public Optional<PartitionState> partition(int number) {
    return number < 0 || number >= partitions.size() ? Optional.empty() : Optional.of(partitions.get(number));
  }

  /** How many of the partitions each broker holds, leads, and has in sync. */
  public TopicShares shares() {
    TopicShares counted = shares;
    if (counted == null) {
      counted = TopicShares.of(partitions);
      shares = counted;
    }
    return counted;
  }

  TopicImage withPartition(int number, PartitionState state) {
    return new TopicImage(id, name,
        number == partitions.size() ? partitions.plus(state) : partitions.with(number, state));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || (other instanceof TopicImage topic && id.equals(topic.id) && name.equals(topic.name)
        && partitions.equals(topic.partitions));
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, name, partitions.size());
  }

  @Override
  public String toString() {
    return "TopicImage[id=" + id + ", name=" + name + ", partitions=" + partitions + "]";
  }
}
