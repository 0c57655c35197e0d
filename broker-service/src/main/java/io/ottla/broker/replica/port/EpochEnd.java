package io.ottla.broker.replica.port;

/**
 * Where a leader epoch ends in a log (P12).
 *
 * @param epoch the largest epoch of the log that is not above the one asked for; the one asked for if there is none
 * @param endOffset start of the next epoch, or the log end offset; where the first epoch starts if there is no such epoch
 */
public record EpochEnd(int epoch, long endOffset) {}
