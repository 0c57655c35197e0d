package io.ottla.common.wire;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cluster/v1/topics}.
 *
 * @param name the topic's name (M6)
 * @param partitions number of partitions; null for the default, or when assignments are given
 * @param replicationFactor replicas per partition; null for the default, or when assignments are given
 * @param assignments broker ids by partition number, instead of the two counts
 * @param configs topic settings
 * @param validateOnly check everything, create nothing
 * @param topicId id chosen by the sender, so that the request can be sent again when its answer is lost; null to let the controller choose
 * @param chosenAtIndex an index that the metadata had reached when the id was chosen, so that the id was in no entry up to it
 */
public record CreateTopicRequest(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
    @Nullable Map<Integer, List<Integer>> assignments, Map<String, String> configs, boolean validateOnly,
    @Nullable UUID topicId, long chosenAtIndex) {

  /** A request that leaves the id to the controller. */
  public CreateTopicRequest(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
      @Nullable Map<Integer, List<Integer>> assignments, Map<String, String> configs, boolean validateOnly) {
    this(name, partitions, replicationFactor, assignments, configs, validateOnly, null, 0);
  }

  /** The same request with a chosen id. */
  public CreateTopicRequest withId(UUID id, long atIndex) {
    return new CreateTopicRequest(name, partitions, replicationFactor, assignments, configs, validateOnly, id, atIndex);
  }
}
