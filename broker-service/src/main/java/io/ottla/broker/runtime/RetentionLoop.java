package io.ottla.broker.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.ottla.common.time.MonotonicClock;

/**
 * Lets every partition look for segments that have had their time (P40), and removes the files of those that went. A look costs nothing
 * while there is nothing to do. One named platform thread.
 */
final class RetentionLoop implements AutoCloseable {
  private static final int PERIOD_MS = 10_000;

  private final Supplier<? extends Iterable<HostedPartition>> partitions;
  private final LongSupplier wallClock;
  private final MonotonicClock clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ottla-retention");

  RetentionLoop(Supplier<? extends Iterable<HostedPartition>> partitions, LongSupplier wallClock,
      MonotonicClock clock) {
    this.partitions = partitions;
    this.wallClock = wallClock;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (pause()) {
      for (HostedPartition partition : partitions.get()) {
        if (stop.getCount() == 0) {
          return;
        }
        partition.retain(wallClock.getAsLong(), clock.millis());
      }
    }
  }

  /** False at the end. */
  private boolean pause() {
    try {
      return !stop.await(PERIOD_MS, TimeUnit.MILLISECONDS);
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
