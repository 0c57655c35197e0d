package io.ottla.common.wire;

/** @param metadataIndex index of the entry that removed it */
public record UnregisterBrokerResponse(long metadataIndex) {}
