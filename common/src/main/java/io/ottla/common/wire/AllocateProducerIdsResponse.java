package io.ottla.common.wire;

/**
 * A block that is the broker's alone: the entry that gives it is committed.
 *
 * @param firstProducerId its first id
 * @param count number of ids in it
 */
public record AllocateProducerIdsResponse(long firstProducerId, int count) {}
