package io.ottla.common.wire;

import java.util.UUID;

/**
 * Where a broker keeps a replica, when it is not where the metadata says.
 *
 * @param directoryId one of the broker's log directories
 */
public record ReplicaDirectory(UUID topicId, int partition, UUID directoryId) {}
