package io.ottla.broker.gateway;

import java.util.List;

/**
 * One client request's records for one topic.
 *
 * @param records in the client's order; those of one partition are appended in this order
 * @param timeoutMs how long the whole may take before the outcome is reported as unknown
 */
public record ProduceCommand(String topic, List<ProducerRecord> records, Acks acks, int timeoutMs) {}
