package io.ottla.common.wire;

/**
 * {@code GET /raft/v1/read-index}: whoever has applied {@code index} sees everything that was acknowledged before the question was asked.
 *
 * @param term the term whose leader says so
 * @param index the read point
 */
public record ReadIndexResponse(long term, long index) {}
