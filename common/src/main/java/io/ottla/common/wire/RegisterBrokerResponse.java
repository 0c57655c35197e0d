package io.ottla.common.wire;

/**
 * @param clusterId the cluster's id
 * @param brokerEpoch the epoch of this registration: the index of its metadata entry
 */
public record RegisterBrokerResponse(String clusterId, long brokerEpoch) {}
