package io.ottla.controller.raft;

import java.util.List;

/** One thing for the storage thread to do; a crash may fall between any two of them. */
public sealed interface StorageStep {
  /** Remove this index and all after it. */
  record Truncate(long fromIndex) implements StorageStep {}

  /** Append entries behind the last one. */
  record Append(List<LogEntry> entries) implements StorageStep {}

  /** Force everything written so far to the device; a failure is final (Q42). */
  record Force() implements StorageStep {}

  /** Hand {@link RaftInput.Persisted} with this id to the Raft thread. */
  record ReportPersisted(long writeId) implements StorageStep {}
}
