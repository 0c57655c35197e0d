package io.ottla.common.wire;

/**
 * {@code POST /cluster/v1/brokers/decommission}: a broker's replicas go elsewhere, and then the broker.
 *
 * @param cancel to stop it
 */
public record DecommissionBrokerRequest(int brokerId, boolean cancel) {}
