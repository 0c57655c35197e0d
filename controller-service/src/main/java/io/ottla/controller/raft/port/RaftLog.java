package io.ottla.controller.raft.port;

import io.ottla.controller.raft.LogEntry;
import java.util.List;

/**
 * The log on disk (Q2, Q43).
 *
 * <p>Threads: {@link #append}, {@link #truncateFrom} and {@link #force} are called by one thread, the storage thread. All other methods are
 * called by any thread at the same time; they see what has been appended, and readers ask only for entries that they have been told are
 * durable and that no pending write removes. A method that fails throws {@link java.io.UncheckedIOException}; after a failed {@link #force}
 * the log must refuse every further write and force (Q42).
 *
 * <p>Opening a log repairs a torn tail (Q44), forces what is left, and refuses damage elsewhere (Q45); so right after opening
 * {@code durableIndex() == lastIndex()}.
 */
public interface RaftLog {
  /** Index of the first entry held or, in an empty log, of the first one to come: 1 until a prefix has been dropped. */
  long firstIndex();

  /** Index of the last entry, {@code firstIndex() - 1} when empty. */
  long lastIndex();

  /**
   * Term at an index in {@code [firstIndex() - 1, lastIndex()]}; the term before the first entry is 0, or that of the snapshot that
   * replaced the prefix. Answers from memory. Other indexes throw {@link IndexOutOfBoundsException}.
   */
  long termAt(long index);

  /**
   * Entries from {@code fromIndex} on, in order: as many as fit both limits and exist, but at least one if there is one.
   *
   * @param fromIndex in {@code [firstIndex(), lastIndex() + 1]}, else {@link IndexOutOfBoundsException}
   * @param maxEntries at least 1
   * @param maxBytes limit on the sum of {@link LogEntry#sizeInBytes()}
   */
  List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes);

  /**
   * Writes entries behind the last one, without forcing them: a crash may keep any of it or nothing.
   *
   * @param entries contiguous from {@code lastIndex() + 1}, terms not falling; anything else throws {@link IllegalArgumentException} and
   *        writes nothing
   */
  void append(List<LogEntry> entries);

  /**
   * Removes {@code fromIndex} and all after it, without forcing; the caller forces before it appends again (Q40).
   *
   * @param fromIndex in {@code [firstIndex(), lastIndex()]}, else {@link IndexOutOfBoundsException}
   */
  void truncateFrom(long fromIndex);

  /**
   * Drops whole pieces of the log that hold only entries up to {@code lastIndex}: what a durable snapshot has replaced (Q33). Entries after
   * it stay, and so may some before it; the term at the new {@code firstIndex() - 1} stays known. A crash during the call leaves a log that
   * begins at one of the pieces.
   *
   * @param lastIndex at most {@link #durableIndex()}; below {@code firstIndex()} nothing happens
   */
  default void dropPrefix(long lastIndex) {
    throw new UnsupportedOperationException();
  }

  /**
   * Discards the whole log: the next entry is {@code lastIndex + 1} and the term before it {@code lastTerm}. Called when a durable snapshot
   * ends there that this log does not lead up to (Q34). Durable on return; a crash during the call leaves the old log, a part of it, or the
   * new one, and recovery tells by the snapshot which it is.
   */
  default void reset(long lastIndex, long lastTerm) {
    throw new UnsupportedOperationException();
  }

  /** Makes every append and truncation so far durable; on return {@code durableIndex() == lastIndex()}. */
  void force();

  /** Last index that is certain to be there after a crash at this moment; at most {@link #lastIndex()}. */
  long durableIndex();
}
