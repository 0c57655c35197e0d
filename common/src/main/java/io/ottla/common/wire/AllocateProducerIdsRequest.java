package io.ottla.common.wire;

import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cluster/v1/producer-ids}: a registered broker asks the active controller for a block of producer ids (P36). Asked again, it gets
 * another block: an answer that was lost costs ids and nothing else.
 *
 * @param brokerEpoch the broker's registration; an older one gets nothing
 */
public record AllocateProducerIdsRequest(@Nullable String clusterId, int brokerId, long brokerEpoch) {}
