package io.ottla.controller.raft;

import java.util.Set;

/** Something to do with snapshots, for the storage thread, in order with the log writes around it. */
public sealed interface SnapshotWrite {
  /** Keep a piece that the leader sent, and hand in {@link RaftInput.SnapshotPieceStored}; not durable yet. */
  record Receive(SnapshotId id, long position, byte[] bytes) implements SnapshotWrite {
    @Override
    public String toString() {
      return "Receive[" + id + "@" + position + "+" + bytes.length + "]";
    }
  }

  /** All pieces are there: verify, make durable, and hand in {@link RaftInput.SnapshotReceived}. */
  record Complete(SnapshotId id, long totalBytes) implements SnapshotWrite {}

  /**
   * Remove what is neither among the newest nor in use (Q33).
   *
   * @param upTo the newest snapshot when this was decided; a newer one may be in use by the time this is done
   */
  record Prune(SnapshotId upTo, Set<SnapshotId> inUse) implements SnapshotWrite {
    /** Copies the set. */
    public Prune {
      inUse = Set.copyOf(inUse);
    }
  }
}
