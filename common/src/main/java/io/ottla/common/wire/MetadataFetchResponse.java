package io.ottla.common.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /cluster/v1/metadata?fromIndex=&maxBytes=&maxWaitMs=}: committed entries only (M34), every index present. Whoever asked for an index
 * below the log's start gets none and needs a snapshot first (M35, {@link MetadataSnapshotCall}).
 *
 * @param logStartIndex first index that can be asked for
 * @param leader the active controller, when known
 */
public record MetadataFetchResponse(String clusterId, long term, long commitIndex, long logStartIndex,
    @Nullable LeaderHint leader, List<Entry> entries) {
  /**
   * One committed entry; applied as a whole (M36).
   *
   * @param records a JSON array of metadata records; empty for entries that only concern the quorum
   */
  public record Entry(long index, long term, JsonNode records) {}
}
