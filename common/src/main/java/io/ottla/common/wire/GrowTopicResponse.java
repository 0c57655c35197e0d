package io.ottla.common.wire;

/**
 * @param partitions how many the topic has now
 * @param replicationFactor replicas of each new partition
 * @param metadataIndex index of the entry that added them; 0 when only validated
 */
public record GrowTopicResponse(int partitions, int replicationFactor, long metadataIndex) {}
