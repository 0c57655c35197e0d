package io.ottla.broker.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * A follower's fetch that found nothing to answer with. Its thread sleeps until a partition it asked for has records, changes leadership, or,
 * after a short while that lets records travel along, has a high watermark the follower does not know (P17).
 */
final class ParkedFetch {
  private static final long NEWS_DELAY_NANOS = 10_000_000L;
  private static final long NO_NEWS = Long.MAX_VALUE;

  private final Thread owner = Thread.currentThread();
  private volatile boolean urgent;
  private volatile long newsDueNanos = NO_NEWS;

  /** Something the follower must have now. Any thread. */
  void wake() {
    if (!urgent) {
      urgent = true;
      LockSupport.unpark(owner);
    }
  }

  /** Something the follower should hear of soon. Any thread. */
  void news() {
    if (!urgent && newsDueNanos == NO_NEWS) {
      newsDueNanos = System.nanoTime() + NEWS_DELAY_NANOS;
      LockSupport.unpark(owner);
    }
  }

  /** Sleeps until there is a reason to answer, or the time is up. Called by the owner. */
  void await(long deadlineNanos) throws InterruptedException {
    while (!urgent) {
      long news = newsDueNanos;
      long until = news == NO_NEWS ? deadlineNanos : Math.min(news, deadlineNanos);
      long left = until - System.nanoTime();
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
