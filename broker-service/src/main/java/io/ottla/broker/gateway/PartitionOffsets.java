package io.ottla.broker.gateway;

/**
 * @param beginning first readable offset
 * @param end the high watermark: the offset the next committed record will get
 */
public record PartitionOffsets(long beginning, long end) {}
