package io.ottla.broker.log;

/**
 * Where a leader epoch ends in a log (P12).
 *
 * @param epoch the largest epoch of the log that is not above the one asked for; if there is none, the one asked for
 * @param endOffset start of the next epoch, or the log end offset; if there is no such epoch, where the first one starts
 */
public record EpochEndOffset(int epoch, long endOffset) {}
