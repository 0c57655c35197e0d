package io.ottla.broker.http.api.v3;

import java.util.List;

/**
 * A partition whose replicas are being changed.
 *
 * @param targetReplicas the replicas it will have, the preferred leader first
 * @param status what it waits for, for people
 */
public record ReassignmentResource(String kind, Metadata metadata, String clusterId, String topicName, int partitionId,
    List<Integer> addingReplicas, List<Integer> removingReplicas, Link replicas, List<Integer> targetReplicas,
    String status) {}
