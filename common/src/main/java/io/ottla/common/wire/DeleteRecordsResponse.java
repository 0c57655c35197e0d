package io.ottla.common.wire;

/**
 * The records below are gone.
 *
 * @param logStartOffset first readable offset at the leader; followers come after
 */
public record DeleteRecordsResponse(long logStartOffset) {}
