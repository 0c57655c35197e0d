package io.ottla.common.wire;

/** {@code POST /cluster/v1/brokers/unregister}: a broker that is gone and holds nothing is forgotten. */
public record UnregisterBrokerRequest(int brokerId) {}
