package io.ottla.common.wire;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * @param topicId the new topic's id; null when only validated
 * @param metadataIndex index of the entry that created it, or of a later one when it existed already; 0 when only validated
 */
public record CreateTopicResponse(@Nullable UUID topicId, String name, int partitions, int replicationFactor,
    long metadataIndex) {}
