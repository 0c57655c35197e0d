package io.ottla.broker.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.LogFailedException;
import io.ottla.common.config.Durability;
import io.ottla.common.config.NodeConfig.BrokerSettings;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;

/**
 * Writes the hints that make a restart quick and its first reads good, about once a second: recovery points (P42) and high watermarks; in
 * {@code interval} mode it also forces the logs. A directory without room keeps its old hints (P44). One named platform thread.
 */
final class StorageClerk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StorageClerk.class);
  private static final int CHECKPOINT_MS = 1_000;

  private final List<LogDir> dirs;
  private final Supplier<Collection<HostedPartition>> partitions;
  private final boolean forces;
  private final int periodMs;
  private final StorageFailures failures;
  private final Runnable chores;
  private final Consumer<Throwable> fatal;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ottla-storage-clerk");
  private final Map<LogDir, Map<TopicIdPartition, Long>> written = new HashMap<>();

  /**
   * @param chores whatever else is to be done about every second
   * @param fatal told when the chores fail, which is a bug
   */
  StorageClerk(List<LogDir> dirs, Supplier<Collection<HostedPartition>> partitions, BrokerSettings settings,
      StorageFailures failures, Runnable chores, Consumer<Throwable> fatal) {
    this.dirs = List.copyOf(dirs);
    this.partitions = partitions;
    this.forces = settings.durability() == Durability.INTERVAL;
    this.periodMs = forces ? Math.min(CHECKPOINT_MS, settings.flushIntervalMs()) : CHECKPOINT_MS;
    this.failures = failures;
    this.chores = chores;
    this.fatal = fatal;
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (pause()) {
      if (forces) {
        partitions.get().forEach(HostedPartition::force);
      }
      dirs.forEach(this::checkpoint);
      doChores();
    }
    dirs.forEach(this::checkpoint);
  }

  private void doChores() {
    try {
      chores.run();
    } catch (RuntimeException e) {
      fatal.accept(e);
    }
  }

  private void checkpoint(LogDir dir) {
    if (!dir.isOnline()) {
      return;
    }
    try {
      checkpointHighWatermarks(dir);
      dir.store().checkpointRecoveryPoints();
      forgetFailures(dir);
      dir.full(false);
    } catch (OttlaException e) {
      if (!dir.isFull()) {
        dir.full(true);
        LOG.warn("event=alarm kind=LOG_DIRECTORY_FULL directory={} reason=\"{}\"", dir, e.getMessage());
      }
    } catch (LogFailedException e) {
      failures.directoryFailed(dir, e);
    }
  }

  private void checkpointHighWatermarks(LogDir dir) {
    Map<TopicIdPartition, Long> now = new TreeMap<>();
    for (HostedPartition hosted : partitions.get()) {
      if (hosted.dir() == dir && hosted.serves()) {
        now.put(hosted.id(), hosted.snapshot().highWatermark());
      }
    }
    if (!now.equals(written.get(dir))) {
      dir.store().checkpointHighWatermarks(now);
      written.put(dir, now);
    }
  }

  /** A directory that had failed under an earlier process is like any other once none of its old logs is left. */
  private void forgetFailures(LogDir dir) {
    for (LogDir other : dirs) {
      if (other.isOnline() && !other.store().hasDamaged()) {
        dir.manifest().forgetFailed(other.id());
      }
    }
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
