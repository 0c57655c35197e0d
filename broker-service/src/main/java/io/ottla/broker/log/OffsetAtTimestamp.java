package io.ottla.broker.log;

/**
 * A record found by its time.
 *
 * @param offset its offset
 * @param timestamp its own timestamp, at or after the one asked for
 * @param leaderEpoch epoch of the leader that appended it
 */
public record OffsetAtTimestamp(long offset, long timestamp, int leaderEpoch) {}
