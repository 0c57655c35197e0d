package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The committed and applied entries, for brokers that follow the metadata log by long poll (M34). Kept in memory: the whole log is, as
 * long as no snapshot replaces a prefix. Any thread.
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
   * @param startIndex the first index still kept
   * @param endIndex the last committed and applied index
   */
  public record Page(List<Entry> entries, long startIndex, long endIndex) {}

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

  /** A snapshot has replaced everything up to this index: publishing goes on behind it. */
  void reset(long index) {
    lock.lock();
    try {
      entries.clear();
      startIndex = index + 1;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Entries before this index are in a durable snapshot: forget them. */
  void dropBefore(long index) {
    lock.lock();
    try {
      int count = (int) Math.clamp(index - startIndex, 0, entries.size());
      entries.subList(0, count).clear();
      startIndex += count;
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
   * Reads from an index on, waiting while there is nothing.
   *
   * @param fromIndex at least 1
   * @param maxBytes limit on the sum of the entries' sizes; one entry is returned in any case
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
      List<Entry> page = new ArrayList<>();
      long bytes = 0;
      for (long index = Math.max(fromIndex, startIndex); index <= end() && fromIndex >= startIndex && page.size() < MAX_ENTRIES; index++) {
        Entry entry = entries.get((int) (index - startIndex));
        bytes += entry.json().length;
        if (bytes > maxBytes && !page.isEmpty()) {
          break;
        }
        page.add(entry);
      }
      return new Page(page, startIndex, end());
    } finally {
      lock.unlock();
    }
  }

  private long end() {
    return startIndex - 1 + entries.size();
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
