package io.ottla.common.wire;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /raft/v1/voters/add} and {@code /remove}, at the active controller.
 *
 * @param nodeId the controller to add or remove
 * @param directoryId id of its metadata directory; needed only where the node id alone is ambiguous
 */
public record VoterChangeRequest(int nodeId, @Nullable UUID directoryId) {}
