package io.ottla.controller.raft;

import java.util.List;
import java.util.Set;

/** One thing for the storage thread to do; a crash may fall between any two of them. */
public sealed interface StorageStep {
  /** Discard the log and go on behind a durable snapshot; durable when done. */
  record Reset(SnapshotId snapshot) implements StorageStep {}

  /** Remove this index and all after it. */
  record Truncate(long fromIndex) implements StorageStep {}

  /** Append entries behind the last one. */
  record Append(List<LogEntry> entries) implements StorageStep {}

  /** Force everything written so far to the device; a failure is final (Q42). */
  record Force() implements StorageStep {}

  /** Drop what a durable snapshot has replaced. */
  record DropPrefix(long lastIndex) implements StorageStep {}

  /** Keep a piece of a snapshot. */
  record ReceiveSnapshot(SnapshotId id, long position, byte[] bytes) implements StorageStep {}

  /** Verify a received snapshot, make it durable, and hand {@link RaftInput.SnapshotReceived} to the Raft thread. */
  record CompleteSnapshot(SnapshotId id, long totalBytes) implements StorageStep {}

  /** Remove old snapshots, up to one. */
  record PruneSnapshots(SnapshotId upTo, Set<SnapshotId> inUse) implements StorageStep {}

  /** Hand {@link RaftInput.Persisted} with this id to the Raft thread. */
  record ReportPersisted(long writeId) implements StorageStep {}
}
