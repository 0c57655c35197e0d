package io.ottla.controller.raft;

import java.util.List;

/**
 * One change of the log, to be carried out by the storage thread in the order of {@code writeId}.
 *
 * @param writeId counts writes of this process from 1
 * @param truncateFrom first index to remove before appending, or 0 for none; the removal is forced before anything is appended (Q40)
 * @param entries entries to append afterwards, contiguous with what remains
 */
public record LogWrite(long writeId, long truncateFrom, List<LogEntry> entries) {
  /** A write that changes nothing is a bug of the core. */
  public LogWrite {
    entries = List.copyOf(entries);
    if (truncateFrom == 0 && entries.isEmpty()) {
      throw new IllegalArgumentException("log write " + writeId + " is empty");
    }
  }

  /** Whether entries are removed first. */
  public boolean truncates() {
    return truncateFrom != 0;
  }
}
