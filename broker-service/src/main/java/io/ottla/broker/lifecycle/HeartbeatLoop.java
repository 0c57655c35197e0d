package io.ottla.broker.lifecycle;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;

/**
 * Tells the active controller at a steady pace that this broker lives, how far it has applied the metadata, and whether it wants to leave
 * (M14, M19). One named platform thread.
 */
public final class HeartbeatLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatLoop.class);
  /** While leaving, every heartbeat may bring the permission. */
  private static final int LEAVING_INTERVAL_MS = 50;

  private final BrokerSession session;
  private final ControllerCalls controllers;
  private final MonotonicClock clock;
  private final int intervalMs;
  private final LongSupplier appliedIndex;
  private final BooleanSupplier ready;
  private final Supplier<StorageReport> storage;
  private final Consumer<Throwable> fatal;
  private final Thread thread = new Thread(this::run, "ottla-heartbeat");
  private final Semaphore wakeups = new Semaphore(0);
  private final Object monitor = new Object();
  private boolean wantShutdown;
  private boolean mayShutDown;
  private boolean closed;
  private volatile long lastBeatMs;

  /**
   * @param appliedIndex last metadata entry applied, not merely received
   * @param ready whether the replicas act on metadata with the own registration; until then this broker asks to stay fenced (M38)
   * @param storage what the controllers must hear of this broker's logs
   * @param fatal told when another process took over this broker's identity
   */
  public HeartbeatLoop(BrokerSession session, ControllerCalls controllers, MonotonicClock clock, int intervalMs,
      LongSupplier appliedIndex, BooleanSupplier ready, Supplier<StorageReport> storage, Consumer<Throwable> fatal) {
    this.session = session;
    this.controllers = controllers;
    this.clock = clock;
    this.intervalMs = intervalMs;
    this.appliedIndex = appliedIndex;
    this.ready = ready;
    this.storage = storage;
    this.fatal = fatal;
  }

  /** Begins, after the registration. */
  public void start() {
    lastBeatMs = clock.millis();
    thread.start();
  }

  /** Sends the next heartbeat now instead of at its time: something it reports has changed. */
  public void hurry() {
    wakeups.release();
  }

  /** When the loop last went round, for a liveness check. */
  public long lastBeatMs() {
    return lastBeatMs;
  }

  /** Asks to leave, and waits until the controllers let this broker go, or the time is up (M19). Returns whether they did. */
  public boolean awaitControlledShutdown(long maxWaitMs) throws InterruptedException {
    long deadlineMs = clock.millis() + maxWaitMs;
    leave();
    synchronized (monitor) {
      while (!mayShutDown && !closed) {
        long left = deadlineMs - clock.millis();
        if (left <= 0) {
          return false;
        }
        monitor.wait(left);
      }
      return mayShutDown;
    }
  }

  private void run() {
    try {
      while (pause()) {
        lastBeatMs = clock.millis();
        beat();
      }
    } catch (InterruptedException e) {
      LOG.debug("event=heartbeats_interrupted");
    } catch (RuntimeException e) {
      fatal.accept(e);
    }
  }

  private boolean pause() throws InterruptedException {
    wakeups.tryAcquire(wantsShutdown() ? Math.min(intervalMs, LEAVING_INTERVAL_MS) : intervalMs, TimeUnit.MILLISECONDS);
    wakeups.drainPermits();
    synchronized (monitor) {
      return !closed;
    }
  }

  private boolean wantsShutdown() {
    synchronized (monitor) {
      return wantShutdown;
    }
  }

  /** What there is to say now. */
  HeartbeatRequest request() {
    StorageReport report = storage.get();
    return new HeartbeatRequest(session.clusterId(), session.brokerId(), session.brokerEpoch(),
        appliedIndex.getAsLong(), !ready.getAsBoolean(), wantsShutdown(), report.offlineDirectoryIds(),
        report.lostReplicas(), report.replicaDirectories());
  }

  /** A heartbeat sent at that time was acknowledged (M20). */
  void answered(long sentAtMs, HeartbeatResponse answer) {
    noteFencing(answer);
    session.acknowledged(sentAtMs, answer.fenced());
    if (answer.shouldShutdown()) {
      letGo();
    }
  }

  /** Whether the controllers have let this broker go (M19). */
  boolean mayShutDown() {
    synchronized (monitor) {
      return mayShutDown;
    }
  }

  /** Asks to leave from the next heartbeat on (M19). */
  void leave() {
    synchronized (monitor) {
      wantShutdown = true;
      wakeups.release();
    }
  }

  private void beat() {
    long sentAtMs = clock.millis();
    try {
      answered(sentAtMs, controllers.heartbeat(request()));
    } catch (OttlaException e) {
      if (e.code() == ErrorCode.UNKNOWN_BROKER && wantsShutdown()) {
        // It was decommissioned: the controllers forgot it as soon as it was fenced.
        letGo();
        return;
      }
      if (e.code() == ErrorCode.STALE_BROKER_EPOCH || e.code() == ErrorCode.UNKNOWN_BROKER) {
        LOG.error("event=registration_lost brokerEpoch={} code={} reason=\"{}\"", session.brokerEpoch(), e.code(),
            e.getMessage());
        throw e;
      }
      LOG.debug("event=heartbeat_failed code={} reason=\"{}\"", e.code(), e.getMessage());
    }
  }

  private void letGo() {
    synchronized (monitor) {
      mayShutDown = true;
      monitor.notifyAll();
    }
  }

  private void noteFencing(HeartbeatResponse answer) {
    if (answer.fenced() != session.fenced()) {
      LOG.info("event={} brokerEpoch={} term={}", answer.fenced() ? "fenced" : "unfenced", session.brokerEpoch(),
          answer.term());
    }
  }

  @Override
  public void close() {
    synchronized (monitor) {
      closed = true;
      monitor.notifyAll();
    }
    wakeups.release();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
