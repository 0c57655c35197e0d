package io.ottla.broker.gateway;

/**
 * A stateless read of one partition.
 *
 * @param offset first offset wanted, or {@link io.ottla.common.wire.ForwardReadRequest#EARLIEST}, or
 *     {@link io.ottla.common.wire.ForwardReadRequest#LATEST}, or {@code LATEST - n} for n before the end, or
 *     {@link io.ottla.common.wire.ForwardReadRequest#AT_TIMESTAMP} plus a timestamp
 * @param maxBytes bound on key and value bytes; at least one record is returned when there is one
 * @param minBytes answer as soon as this much is there
 * @param maxRecords bound on the number of records
 * @param timeoutMs how long to wait for the first record; 0 does not wait
 */
public record ReadCommand(String topic, int partition, long offset, int maxBytes, int minBytes, int maxRecords,
    int timeoutMs) {}
