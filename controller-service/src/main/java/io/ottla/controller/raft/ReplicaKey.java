package io.ottla.controller.raft;

import java.util.Comparator;
import java.util.UUID;

/**
 * One voter's disk: the node id that people know plus the random id written into its directory when it was formatted. A wiped disk comes
 * back under another directory id and so can never be mistaken for the voter that made promises on the old one (Q1, Q7).
 *
 * @param nodeId configured node id, not negative
 * @param directoryId id of the formatted directory
 */
public record ReplicaKey(int nodeId, UUID directoryId) implements Comparable<ReplicaKey> {
  private static final Comparator<ReplicaKey> ORDER = Comparator.comparingInt(ReplicaKey::nodeId)
      .thenComparing(ReplicaKey::directoryId);

  /** Rejects negative node ids: they are a caller's bug, not input. */
  public ReplicaKey {
    if (nodeId < 0) {
      throw new IllegalArgumentException("node id " + nodeId + " is negative");
    }
  }

  @Override
  public int compareTo(ReplicaKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return nodeId + "/" + directoryId;
  }
}
