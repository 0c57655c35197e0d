package io.ottla.common.wire;

import java.util.UUID;

/**
 * A replica whose log cannot be used any more (P45).
 *
 * @param leaderEpoch newest leader epoch the broker knows of; the report concerns no later one, in which the replica may have a log again
 */
public record LostReplica(UUID topicId, int partition, int leaderEpoch) {}
