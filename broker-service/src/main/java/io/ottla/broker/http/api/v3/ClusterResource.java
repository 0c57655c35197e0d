package io.ottla.broker.http.api.v3;

import org.jspecify.annotations.Nullable;

/**
 * The cluster.
 *
 * @param controller a broker that takes administrative requests: any does, so it is one in service; null when none is
 */
public record ClusterResource(String kind, Metadata metadata, String clusterId, @Nullable Link controller, Link acls,
    Link brokers, Link brokerConfigs, Link consumerGroups, Link topics, Link partitionReassignments) {}
