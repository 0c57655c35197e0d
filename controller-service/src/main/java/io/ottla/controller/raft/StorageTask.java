package io.ottla.controller.raft;

/** What the core hands to the storage thread, which carries tasks out in the order it was given them. */
public sealed interface StorageTask {
  /** A change of the log. */
  record ChangeLog(LogWrite write) implements StorageTask {}

  /** A change of the snapshots. */
  record ChangeSnapshots(SnapshotWrite write) implements StorageTask {}
}
