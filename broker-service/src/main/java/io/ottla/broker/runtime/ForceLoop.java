package io.ottla.broker.runtime;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Group commit for one log directory (P33): a partition with unforced appends is queued once, and everything appended until its turn comes
 * shares one force. Partitions take turns, so a busy one does not hold up the others. One named platform thread. Followers' appends are
 * forced by their fetchers, which have to wait for the force anyway.
 */
final class ForceLoop implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Queue<HostedPartition> queue = new ArrayDeque<>();
  private final Set<HostedPartition> queued = new HashSet<>();
  private final Thread thread;
  private final AtomicLong rounds = new AtomicLong();
  private boolean stopping;

  /**
   * @param directory its path, for people
   */
  ForceLoop(String directory) {
    this.thread = new Thread(this::run, "ottla-force " + directory);
  }

  void start() {
    thread.start();
  }

  /** Asks for a force of everything appended to the partition so far. Any thread. */
  void request(HostedPartition partition) {
    lock.lock();
    try {
      if (queued.add(partition)) {
        queue.add(partition);
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forces made so far. */
  long rounds() {
    return rounds.get();
  }

  private void run() {
    for (HostedPartition next = take(); next != null; next = take()) {
      rounds.incrementAndGet();
      next.force();
    }
  }

  private @Nullable HostedPartition take() {
    lock.lock();
    try {
      while (queue.isEmpty() && !stopping) {
        work.awaitUninterruptibly();
      }
      HostedPartition next = queue.poll();
      if (next != null) {
        // From here on a new append needs a new turn.
        queued.remove(next);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Finishes what was asked for, then ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      stopping = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
