package io.ottla.broker.http.api.v3;

import java.util.List;

/** A topic. */
public record TopicResource(String kind, Metadata metadata, String clusterId, String topicName, boolean isInternal,
    int replicationFactor, int partitionsCount, Link partitions, Link configs, Link partitionReassignments,
    List<String> authorizedOperations) {}
