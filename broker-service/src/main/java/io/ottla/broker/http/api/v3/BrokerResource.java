package io.ottla.broker.http.api.v3;

import org.jspecify.annotations.Nullable;

/**
 * A broker.
 *
 * @param host address for clients; null when it publishes none
 */
public record BrokerResource(String kind, Metadata metadata, String clusterId, int brokerId, @Nullable String host,
    @Nullable Integer port, @Nullable String rack, Link configs, Link partitionReplicas) {}
