package io.ottla.broker.replica.port;

/**
 * Offsets of one batch.
 *
 * @param baseOffset of its first record
 * @param endOffset after its last record
 */
public record OffsetRange(long baseOffset, long endOffset) {}
