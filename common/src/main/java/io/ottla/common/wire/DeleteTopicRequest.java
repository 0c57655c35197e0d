package io.ottla.common.wire;

/** {@code POST /cluster/v1/topics/delete}. */
public record DeleteTopicRequest(String name) {}
