package io.ottla.controller.raft;

import java.util.Comparator;

/**
 * Which snapshot: the state after applying everything up to an entry (Q32). What is committed at an index is the same everywhere, so two
 * snapshots of one id hold the same state, whoever wrote them (Q35).
 *
 * @param lastIndex index of the last entry it includes
 * @param lastTerm term of that entry
 */
public record SnapshotId(long lastIndex, long lastTerm) implements Comparable<SnapshotId> {
  private static final Comparator<SnapshotId> ORDER = Comparator.comparingLong(SnapshotId::lastIndex)
      .thenComparingLong(SnapshotId::lastTerm);

  /** A snapshot includes at least one entry. */
  public SnapshotId {
    if (lastIndex < 1 || lastTerm < 1) {
      throw new IllegalArgumentException("snapshot " + lastIndex + ":" + lastTerm + ": both start at 1");
    }
  }

  @Override
  public int compareTo(SnapshotId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return lastIndex + ":" + lastTerm;
  }
}
