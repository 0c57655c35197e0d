package io.ottla.controller.runtime;

import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.port.RaftLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The storage thread: takes all log writes that wait, carries them out with one force at the end (Q47), and reports the last one. Never
 * interrupted (Q50); its first failure is the last thing it does (Q42).
 */
final class StorageLoop implements Runnable {
  private static final long IDLE_MS = 200;
  private static final long HOUSEKEEPING_MS = 1_000;

  private final RaftLog log;
  private final Runnable housekeeping;
  private final LongConsumer persisted;
  private final RuntimeObserver observer;
  private final MonotonicClock clock;
  private final FatalHandler fatal;
  private final LinkedBlockingQueue<LogWrite> waiting = new LinkedBlockingQueue<>();
  private volatile boolean stopping;
  private volatile long lastBeatMs;
  private long lastHousekeepingMs;

  /**
   * @param housekeeping run on the storage thread about once a second
   * @param persisted is handed the id of the newest durable write
   */
  StorageLoop(RaftLog log, Runnable housekeeping, LongConsumer persisted, RuntimeObserver observer,
      MonotonicClock clock,
      FatalHandler fatal) {
    this.log = log;
    this.housekeeping = housekeeping;
    this.persisted = persisted;
    this.observer = observer;
    this.clock = clock;
    this.fatal = fatal;
    this.lastBeatMs = clock.millis();
  }

  void submit(LogWrite write) {
    waiting.add(write);
  }

  /** Ends the thread once nothing waits. */
  void stop() {
    stopping = true;
  }

  long lastBeatMs() {
    return lastBeatMs;
  }

  @Override
  public void run() {
    try {
      while (!stopping || !waiting.isEmpty()) {
        round();
      }
      housekeeping.run();
    } catch (Throwable e) { // whatever it is, the log can no longer be trusted
      fatal.fatal(Thread.currentThread().getName(), e);
    }
  }

  private void round() throws InterruptedException {
    LogWrite first = waiting.poll(IDLE_MS, TimeUnit.MILLISECONDS);
    if (first != null) {
      List<LogWrite> batch = new ArrayList<>();
      batch.add(first);
      waiting.drainTo(batch);
      for (StorageStep step : DurabilityOrder.storageSteps(batch)) {
        carryOut(step);
      }
    }
    long now = clock.millis();
    lastBeatMs = now;
    if (now - lastHousekeepingMs >= HOUSEKEEPING_MS) {
      lastHousekeepingMs = now;
      housekeeping.run();
    }
  }

  private void carryOut(StorageStep step) {
    switch (step) {
      case StorageStep.Truncate truncate -> log.truncateFrom(truncate.fromIndex());
      case StorageStep.Append append -> log.append(append.entries());
      case StorageStep.Force _ -> {
        long start = System.nanoTime();
        log.force();
        observer.forced(System.nanoTime() - start);
      }
      case StorageStep.ReportPersisted report -> persisted.accept(report.writeId());
    }
  }
}
