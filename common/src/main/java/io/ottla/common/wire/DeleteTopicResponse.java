package io.ottla.common.wire;

import java.util.UUID;

/**
 * @param topicId id of the topic that is gone
 * @param metadataIndex index of the entry that removed it
 */
public record DeleteTopicResponse(UUID topicId, long metadataIndex) {}
