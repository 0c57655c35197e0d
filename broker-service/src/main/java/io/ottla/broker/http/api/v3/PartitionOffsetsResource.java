package io.ottla.broker.http.api.v3;

/** A partition's readable range. */
public record PartitionOffsetsResource(String kind, Metadata metadata, String clusterId, String topicName,
    int partitionId, long earliestOffset, long latestOffset) {}
