package io.ottla.common.wire;

/**
 * {@code POST /cluster/v1/topics/partitions}: a topic gets more partitions (M31).
 *
 * @param topic the topic's name
 * @param partitions how many it is to have in all
 * @param validateOnly check everything, change nothing
 */
public record GrowTopicRequest(String topic, int partitions, boolean validateOnly) {}
