package io.ottla.controller.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of the log, to be carried out by the storage thread in the order of {@code writeId}.
 *
 * @param writeId counts writes of this process from 1
 * @param resetTo discard the whole log first, and go on behind this durable snapshot (Q34); null for none
 * @param truncateFrom first index to remove before appending, or 0 for none; the removal is forced before anything is appended (Q40)
 * @param entries entries to append afterwards, contiguous with what remains
 * @param dropTo last index that need not be kept, since a durable snapshot includes it (Q33), or 0 for none
 */
public record LogWrite(long writeId, @Nullable SnapshotId resetTo, long truncateFrom, List<LogEntry> entries,
    long dropTo) {
  /** A write that changes nothing is a bug of the core. */
  public LogWrite {
    entries = List.copyOf(entries);
    if (resetTo == null && truncateFrom == 0 && entries.isEmpty() && dropTo == 0) {
      throw new IllegalArgumentException("log write " + writeId + " is empty");
    }
  }

  /** Whether entries are removed from the end first. */
  public boolean truncates() {
    return truncateFrom != 0;
  }
}
