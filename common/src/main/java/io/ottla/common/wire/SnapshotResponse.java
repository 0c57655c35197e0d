package io.ottla.common.wire;

/**
 * {@code POST /raft/v1/snapshot}: the snapshot this controller has written.
 *
 * @param lastIndex index of the last entry it includes
 * @param lastTerm term of that entry
 * @param sizeInBytes size of its file
 * @param millis what it took to write, milliseconds
 */
public record SnapshotResponse(long lastIndex, long lastTerm, long sizeInBytes, long millis) {}
