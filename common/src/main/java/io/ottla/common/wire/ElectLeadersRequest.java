package io.ottla.common.wire;

import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cluster/v1/partitions/elect}: preferred leaders, or any where there is none and records may be lost (M21, M25).
 *
 * @param topic name of the topic; null for all
 * @param partition number; null for all of the topic
 */
public record ElectLeadersRequest(Type type, @Nullable String topic, @Nullable Integer partition) {
  /** What is to be elected. */
  public enum Type {
    /** The first replica in assignment order. */
    PREFERRED,
    /** Whoever is there, when there is no leader: committed records may be lost. */
    UNCLEAN
  }
}
