package io.ottla.broker.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.LogStore;
import io.ottla.common.config.Durability;
import io.ottla.common.config.NodeConfig.BrokerSettings;
import io.ottla.common.id.TopicIdPartition;

/**
 * Writes the hints that make a restart quick and its first reads good, about once a second: recovery points (P42) and high watermarks; in
 * {@code interval} mode it also forces the logs. One named platform thread.
 */
final class StorageClerk implements AutoCloseable {
  private static final int CHECKPOINT_MS = 1_000;

  private final LogStore store;
  private final Supplier<? extends Iterable<HostedPartition>> partitions;
  private final boolean forces;
  private final int periodMs;
  private final Consumer<Throwable> fatal;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ottla-storage-clerk");
  private Map<TopicIdPartition, Long> written = Map.of();

  StorageClerk(LogStore store, Supplier<? extends Iterable<HostedPartition>> partitions, BrokerSettings settings,
      Consumer<Throwable> fatal) {
    this.store = store;
    this.partitions = partitions;
    this.forces = settings.durability() == Durability.INTERVAL;
    this.periodMs = forces ? Math.min(CHECKPOINT_MS, settings.flushIntervalMs()) : CHECKPOINT_MS;
    this.fatal = fatal;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (pause()) {
        if (forces) {
          partitions.get().forEach(HostedPartition::force);
        }
        checkpoint();
      }
      checkpoint();
    } catch (LogFailedException e) {
      fatal.accept(e);
    }
  }

  private void checkpoint() {
    Map<TopicIdPartition, Long> now = new TreeMap<>();
    partitions.get().forEach(hosted -> now.put(hosted.id(), hosted.snapshot().highWatermark()));
    if (!now.equals(written)) {
      store.checkpointHighWatermarks(now);
      written = now;
    }
    store.checkpointRecoveryPoints();
  }

  /** False at the end. */
  private boolean pause() {
    try {
      return !stop.await(periodMs, TimeUnit.MILLISECONDS);
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
