package io.ottla.controller.control;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Someone asks for a topic.
 *
 * @param name its name (M6)
 * @param partitions number of partitions; null for the default, or when assignments are given
 * @param replicationFactor replicas per partition; null for the default, or when assignments are given
 * @param assignments brokers by partition number, instead of the two counts; null to let the controller place
 * @param configs topic settings
 * @param validateOnly check everything, create nothing
 */
public record CreateTopicCommand(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
    @Nullable SortedMap<Integer, List<Integer>> assignments, SortedMap<String, String> configs, boolean validateOnly) {

  /** As the canonical form, from maps in any order. */
  public static CreateTopicCommand of(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
      @Nullable Map<Integer, List<Integer>> assignments, Map<String, String> configs, boolean validateOnly) {
    return new CreateTopicCommand(name, partitions, replicationFactor,
        assignments == null ? null : new TreeMap<>(assignments), new TreeMap<>(configs), validateOnly);
  }

  /**
   * The reply.
   *
   * @param topicId the new topic's id, null when only validated
   * @param name its name
   * @param partitions its partitions
   * @param replicationFactor replicas per partition
   * @param metadataIndex index of the entry that creates it, 0 when only validated
   */
  public record Created(@Nullable UUID topicId, String name, int partitions, int replicationFactor,
      long metadataIndex) {}
}
