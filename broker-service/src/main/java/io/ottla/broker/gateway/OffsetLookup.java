package io.ottla.broker.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Where a time begins in a partition.
 *
 * @param range what can be read at all
 * @param offset the first record at or after the time, the range's end if there is none
 * @param timestamp that record's own timestamp, null if there is none
 */
public record OffsetLookup(PartitionOffsets range, long offset, @Nullable Long timestamp) {}
