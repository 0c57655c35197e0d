package io.ottla.broker.log.port;

import io.ottla.common.id.TopicIdPartition;
import java.util.UUID;

/**
 * What a partition's directory says about itself, durable before the first append (M39).
 *
 * @param id the partition; directories are matched by it and never by the name
 * @param topicName for people only
 * @param replicaIncarnation random id given when this replica's log was created from nothing (P10)
 */
public record PartitionMetadata(TopicIdPartition id, String topicName, UUID replicaIncarnation) {}
