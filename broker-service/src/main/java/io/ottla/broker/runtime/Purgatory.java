package io.ottla.broker.runtime;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Deadlines and bounds of everything that waits on a partition (P46). What waits is admitted before anything is appended and released exactly
 * once, when it is answered. Any thread.
 */
class Purgatory implements AutoCloseable {
  private static final int MAX_WAITS = 50_000;
  private static final long MAX_BYTES = 256L * 1024 * 1024;

  private final ScheduledThreadPoolExecutor timer;
  private final AtomicInteger waits = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  Purgatory() {
    timer = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "ottla-purgatory"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Takes room for one wait; false when there is none. */
  boolean admit(int size) {
    int count = waits.incrementAndGet();
    long held = bytes.addAndGet(size);
    boolean room = count <= MAX_WAITS && held <= MAX_BYTES;
    if (!room) {
      release(size);
    }
    return room;
  }

  /** Gives the room back. */
  void release(int size) {
    waits.decrementAndGet();
    bytes.addAndGet(-size);
  }

  /** Runs something short once the time is up, unless it is cancelled before. */
  Future<?> after(long delayMs, Runnable expire) {
    return timer.schedule(expire, delayMs, TimeUnit.MILLISECONDS);
  }

  /** Number of waits. */
  int waiting() {
    return waits.get();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
