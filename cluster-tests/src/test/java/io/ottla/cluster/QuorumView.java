package io.ottla.cluster;

import io.ottla.common.wire.QuorumStatusResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A controller as it describes itself.
 *
 * @param directoryId of its metadata directory; null when it has none that it can read
 * @param state where it is on its way, {@code RUNNING} when it takes part
 * @param detail what is wrong and what to do, when something is
 * @param role empty unless it runs
 * @param voters node and directory ids of the voters it knows, as {@link #voter} writes them
 * @param imageDigest of the metadata at {@code appliedIndex}; null before it runs
 */
record QuorumView(int nodeId, @Nullable UUID directoryId, String state, String detail, String role, long term,
    int leaderId, List<String> voters, long commitIndex, long appliedIndex, @Nullable String imageDigest) {
  static QuorumView of(int nodeId, QuorumStatusResponse status) {
    String role = status.role();
    return new QuorumView(nodeId, status.directoryId(), status.state(), status.detail(), role == null ? "" : role,
        status.term(), status.leaderId(),
        status.voters().stream().map(one -> voter(one.nodeId(), one.directoryId())).sorted().toList(),
        status.commitIndex(), status.appliedIndex(), status.imageDigest());
  }

  /** A voter as text. */
  static String voter(int nodeId, @Nullable UUID directoryId) {
    return nodeId + "/" + directoryId;
  }

  /** This controller as a voter. */
  String self() {
    return voter(nodeId, directoryId);
  }

  boolean leads() {
    return role.equals("LEADER");
  }
}
