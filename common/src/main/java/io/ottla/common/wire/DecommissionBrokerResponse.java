package io.ottla.common.wire;

/**
 * @param replicas how many replicas the broker holds now
 * @param metadataIndex index of the entry with the change; of an earlier one when nothing had to be changed
 */
public record DecommissionBrokerResponse(int replicas, long metadataIndex) {}
