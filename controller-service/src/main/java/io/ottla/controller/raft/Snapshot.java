package io.ottla.controller.raft;

/**
 * A whole, verified snapshot on disk.
 *
 * @param id what it includes
 * @param voters the voter set in force at its last entry (Q5)
 * @param sizeInBytes size of the whole file, header and footer included
 */
public record Snapshot(SnapshotId id, VoterSet voters, long sizeInBytes) {}
