package io.ottla.broker.http.api.v2;

/**
 * The readable range of a partition.
 *
 * @param beginningOffset first offset still there
 * @param endOffset the offset the next record will get
 */
public record OffsetsView(long beginningOffset, long endOffset) {}
