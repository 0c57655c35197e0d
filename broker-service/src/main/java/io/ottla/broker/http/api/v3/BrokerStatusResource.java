package io.ottla.broker.http.api.v3;

import org.jspecify.annotations.Nullable;

/**
 * A registered broker, in service or not, and what it has to do.
 *
 * @param host address for clients; null when it publishes none
 * @param state ACTIVE, SHUTTING_DOWN or FENCED
 * @param decommission DRAINING or DRAINED; null when it is to stay
 * @param replicas partitions it holds, or is about to hold
 * @param leaders partitions it leads
 */
public record BrokerStatusResource(String kind, Metadata metadata, String clusterId, int brokerId,
    @Nullable String host, @Nullable Integer port, @Nullable String rack, String state, @Nullable String decommission,
    int replicas, int leaders) {}
