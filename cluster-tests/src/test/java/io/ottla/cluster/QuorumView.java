package io.ottla.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A controller as it describes itself.
 *
 * @param imageDigest of the metadata at {@code appliedIndex}; null before it runs
 */
record QuorumView(int nodeId, String role, long term, int leaderId, long commitIndex, long appliedIndex,
    @Nullable String imageDigest) {
  boolean leads() {
    return role.equals("LEADER");
  }
}
