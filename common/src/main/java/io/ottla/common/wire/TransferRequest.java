package io.ottla.common.wire;

import org.jspecify.annotations.Nullable;

/**
 * {@code POST /raft/v1/transfer}, at the active controller.
 *
 * @param nodeId the voter that is to lead; null for the one that is furthest
 */
public record TransferRequest(@Nullable Integer nodeId) {}
