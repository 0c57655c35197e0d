package io.ottla.common.wire;

import java.util.UUID;

/** A partition by topic id and number. */
public record PartitionRef(UUID topicId, int partition) {}
