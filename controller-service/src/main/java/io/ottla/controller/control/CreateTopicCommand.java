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
 * @param topicId id chosen by the sender, null to choose one here
 * @param chosenAtIndex an index the metadata had reached when that id was chosen
 */
public record CreateTopicCommand(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
    @Nullable SortedMap<Integer, List<Integer>> assignments, SortedMap<String, String> configs, boolean validateOnly,
    @Nullable UUID topicId, long chosenAtIndex) {

  /** A command that leaves the id to the controller. */
  public CreateTopicCommand(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
      @Nullable SortedMap<Integer, List<Integer>> assignments, SortedMap<String, String> configs,
      boolean validateOnly) {
    this(name, partitions, replicationFactor, assignments, configs, validateOnly, null, 0);
  }

  /** As the canonical form, from maps in any order. */
  public static CreateTopicCommand of(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
      @Nullable Map<Integer, List<Integer>> assignments, Map<String, String> configs, boolean validateOnly) {
    return new CreateTopicCommand(name, partitions, replicationFactor,
        assignments == null ? null : new TreeMap<>(assignments), new TreeMap<>(configs), validateOnly);
  }

  /** The same command with an id chosen by the sender. */
  public CreateTopicCommand withId(@Nullable UUID id, long atIndex) {
    return new CreateTopicCommand(name, partitions, replicationFactor, assignments, configs, validateOnly, id, atIndex);
  }

  /**
   * The reply.
   *
   * @param topicId the new topic's id, null when only validated
   * @param name its name
   * @param partitions its partitions
   * @param replicationFactor replicas per partition
   * @param metadataIndex index of the entry that creates it, or of a later one when it exists already; 0 when only validated
   */
  public record Created(@Nullable UUID topicId, String name, int partitions, int replicationFactor,
      long metadataIndex) {}
}
