package io.ottla.common.wire;

import java.util.List;
import java.util.Map;
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
 */
public record CreateTopicRequest(String name, @Nullable Integer partitions, @Nullable Integer replicationFactor,
    @Nullable Map<Integer, List<Integer>> assignments, Map<String, String> configs, boolean validateOnly) {}
