package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The committed and applied entries, for brokers that follow the metadata log by long poll (M34). Kept in memory from some index on; who needs
 * earlier ones is sent to a snapshot (M35). Any thread.
 *
 * <p>Invariant: the entries are those from {@code startIndex} on, without gaps.
 */
public final class MetadataPublisher {
  private static final int MAX_ENTRIES = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final List<Entry> entries = new ArrayList<>();
  private long startIndex = 1;
  private boolean closed;

  /**
   * A committed entry.
   *
   * @param json the records as a JSON array in UTF-8; {@code []} for entries that concern only the quorum
   */
  public record Entry(long index, long term, byte[] json) {}

  /**
   * Entries from the asked index on, perhaps none.
   *
   * @param fromIndex the asked index
   * @param endIndex the last committed and applied index
   * @param logStartIndex the first index that can be asked for
   */
  public record Page(List<Entry> entries, long fromIndex, long endIndex, long logStartIndex) {
    /** Whether the entries asked for are gone: a snapshot has taken their place (M35). */
    public boolean snapshotRequired() {
      return fromIndex < logStartIndex;
    }
  }

  /**
   * Goes on behind an index, forgetting all entries: at start, when a snapshot was loaded or the log begins later, and when a snapshot that the
   * leader sent was installed. Readers who wait for something that will not come are answered.
   *
   * @param index beyond the last entry published; the next one to be published is behind it
   */
  void reset(long index) {
    lock.lock();
    try {
      if (index < end()) {
        throw new IllegalStateException("a snapshot of " + index + " was installed after entry " + end());
      }
      entries.clear();
      startIndex = index + 1;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of all entries before an index, which a snapshot includes; the caller leaves some for those who are a little behind (Q33). */
  void dropBefore(long index) {
    lock.lock();
    try {
      long first = Math.min(index, end() + 1);
      if (first > startIndex) {
        entries.subList(0, (int) (first - startIndex)).clear();
        startIndex = first;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Adds an entry that is committed and applied. */
  void publish(Entry entry) {
    lock.lock();
    try {
      if (entry.index() != end() + 1) {
        throw new IllegalStateException("entry " + entry.index() + " published after " + end());
      }
      entries.add(entry);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The last committed and applied index. */
  public long endIndex() {
    lock.lock();
    try {
      return end();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads from an index on, waiting while there is nothing yet.
   *
   * @param fromIndex at least 1; where the entries are gone, the page is empty and says so at once
   * @param maxBytes limit on the sum of the entries' sizes; one entry is returned in any case
   * @throws OttlaException CONTROLLER_NOT_AVAILABLE when there is nothing more and this controller stops
   */
  public Page read(long fromIndex, int maxBytes, long maxWaitMs) throws InterruptedException {
    if (fromIndex < 1) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "fromIndex=" + fromIndex + " must be at least 1");
    }
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(maxWaitMs);
      while (end() < fromIndex && nanos > 0 && !closed) {
        nanos = grown.awaitNanos(nanos);
      }
      if (closed && end() < fromIndex) {
        // An empty page would send the reader here again, and again, while others have what it waits for.
        throw new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "this controller is stopping; ask another one");
      }
      return new Page(fromIndex < startIndex ? List.of() : collect(fromIndex, maxBytes), fromIndex, end(), startIndex);
    } finally {
      lock.unlock();
    }
  }

  private List<Entry> collect(long fromIndex, int maxBytes) {
    List<Entry> page = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index <= end() && page.size() < MAX_ENTRIES; index++) {
      Entry entry = entries.get((int) (index - startIndex));
      bytes += entry.json().length;
      if (bytes > maxBytes && !page.isEmpty()) {
        break;
      }
      page.add(entry);
    }
    return page;
  }

  private long end() {
    return startIndex + entries.size() - 1;
  }

  /** Lets all waiting readers return at once. */
  void close() {
    lock.lock();
    try {
      closed = true;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
