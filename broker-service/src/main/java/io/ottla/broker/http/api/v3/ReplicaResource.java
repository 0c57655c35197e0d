package io.ottla.broker.http.api.v3;

/** A replica of a partition. */
public record ReplicaResource(String kind, Metadata metadata, String clusterId, String topicName, int partitionId,
    int brokerId, boolean isLeader, boolean isInSync, Link broker) {}
