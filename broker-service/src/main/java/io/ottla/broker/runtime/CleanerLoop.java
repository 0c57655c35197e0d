package io.ottla.broker.runtime;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.log.CleaningLimits;

/**
 * Cleans compacted logs, the one with the most to clean first (P41), at a bounded pace so that it takes neither the disk nor the memory from
 * others. Every replica cleans its own log. One named platform thread.
 */
final class CleanerLoop implements AutoCloseable {
  private static final int PERIOD_MS = 5_000;
  private static final long BYTES_PER_SECOND = 64L * 1024 * 1024;
  private static final long BYTES_PER_PAUSE = BYTES_PER_SECOND / 50;
  private static final long KEY_MEMORY_BYTES = 16L * 1024 * 1024;

  private final Supplier<? extends Iterable<HostedPartition>> partitions;
  private final LongSupplier wallClock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ottla-cleaner");
  private long sincePause;

  CleanerLoop(Supplier<? extends Iterable<HostedPartition>> partitions, LongSupplier wallClock) {
    this.partitions = partitions;
    this.wallClock = wallClock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    CleaningLimits limits = new CleaningLimits(KEY_MEMORY_BYTES, this::took);
    while (pause(PERIOD_MS)) {
      Set<HostedPartition> done = new HashSet<>();
      for (HostedPartition next = mostDue(done); next != null && stop.getCount() > 0; next = mostDue(done)) {
        next.clean(wallClock.getAsLong(), limits);
        // Once a round, so that one that cannot be cleaned does not keep the others waiting.
        done.add(next);
      }
    }
  }

  private @Nullable HostedPartition mostDue(Set<HostedPartition> done) {
    HostedPartition most = null;
    double ratio = -1;
    for (HostedPartition partition : partitions.get()) {
      double due = done.contains(partition) ? -1 : partition.dueForCleaning(wallClock.getAsLong());
      if (due > ratio) {
        ratio = due;
        most = partition;
      }
    }
    return most;
  }

  /** Waits as long as the bytes would have taken at the bounded pace. */
  private boolean took(long bytes) {
    sincePause += bytes;
    if (sincePause < BYTES_PER_PAUSE) {
      return stop.getCount() > 0;
    }
    long waitMs = sincePause * 1_000 / BYTES_PER_SECOND;
    sincePause = 0;
    return pause(waitMs);
  }

  /** False at the end. */
  private boolean pause(long ms) {
    try {
      return !stop.await(ms, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    stop.countDown();
    Threads.join(thread);
  }
}
