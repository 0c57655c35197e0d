package io.ottla.broker.log;

/**
 * A leader epoch and where it starts.
 *
 * @param epoch the epoch
 * @param startOffset offset of its first record, or the log end at the moment its leader was elected
 */
public record EpochEntry(int epoch, long startOffset) {}
