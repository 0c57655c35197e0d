package io.ottla.broker.log;

/**
 * A batch of a producer as a log remembers it (P37).
 *
 * @param firstSequence sequence of its first record
 * @param lastSequence sequence of its last record
 * @param firstOffset offset of its first record
 * @param lastOffset offset of its last record
 * @param timestamp the largest timestamp that any idempotent producer had written when it was appended, its own included
 */
public record ProducerBatch(int firstSequence, int lastSequence, long firstOffset, long lastOffset, long timestamp) {}
