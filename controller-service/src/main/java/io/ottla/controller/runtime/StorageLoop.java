package io.ottla.controller.runtime;

import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.StorageTask;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The storage thread: takes all tasks that wait, carries them out with one force at the end (Q47), and reports the last one. Never
 * interrupted (Q50); its first failure is the last thing it does (Q42).
 */
final class StorageLoop implements Runnable {
  private static final long IDLE_MS = 200;
  private static final long HOUSEKEEPING_MS = 1_000;

  private final RaftLog log;
  private final SnapshotStore snapshots;
  private final Runnable housekeeping;
  private final Consumer<RaftInput> report;
  private final RuntimeObserver observer;
  private final MonotonicClock clock;
  private final FatalHandler fatal;
  private final LinkedBlockingQueue<StorageTask> waiting = new LinkedBlockingQueue<>();
  private volatile boolean stopping;
  private volatile long lastBeatMs;
  private long lastHousekeepingMs;

  /**
   * @param housekeeping run on the storage thread about once a second
   * @param report is handed what has become durable
   */
  StorageLoop(RaftLog log, SnapshotStore snapshots, Runnable housekeeping, Consumer<RaftInput> report,
      RuntimeObserver observer, MonotonicClock clock, FatalHandler fatal) {
    this.log = log;
    this.snapshots = snapshots;
    this.housekeeping = housekeeping;
    this.report = report;
    this.observer = observer;
    this.clock = clock;
    this.fatal = fatal;
    this.lastBeatMs = clock.millis();
  }

  void submit(StorageTask task) {
    waiting.add(task);
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
        turn(IDLE_MS);
      }
      housekeeping.run();
    } catch (Throwable e) { // whatever it is, the log can no longer be trusted
      fatal.fatal(Thread.currentThread().getName(), e);
    }
  }

  /** Whether something waits for a turn. Any thread. */
  boolean hasWork() {
    return !waiting.isEmpty();
  }

  /** One turn of the storage thread: everything that waits, as one group. A simulation takes the turns itself. */
  void turn(long maxWaitMs) throws InterruptedException {
    StorageTask first = waiting.poll(maxWaitMs, TimeUnit.MILLISECONDS);
    if (first != null) {
      List<StorageTask> batch = new ArrayList<>();
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
      case StorageStep.Reset reset -> log.reset(reset.snapshot().lastIndex(), reset.snapshot().lastTerm());
      case StorageStep.DropPrefix drop -> log.dropPrefix(drop.lastIndex());
      case StorageStep.ReceiveSnapshot piece -> {
        snapshots.receive(piece.id(), piece.position(), piece.bytes());
        report.accept(new RaftInput.SnapshotPieceStored(piece.id(), piece.position() + piece.bytes().length));
      }
      case StorageStep.CompleteSnapshot whole -> report.accept(new RaftInput.SnapshotReceived(whole.id(),
          snapshots.complete(whole.id(), whole.totalBytes()).orElse(null)));
      case StorageStep.PruneSnapshots prune -> snapshots.prune(prune.upTo(), prune.inUse());
      case StorageStep.Truncate truncate -> log.truncateFrom(truncate.fromIndex());
      case StorageStep.Append append -> log.append(append.entries());
      case StorageStep.Force _ -> {
        long start = System.nanoTime();
        log.force();
        observer.forced(System.nanoTime() - start);
      }
      case StorageStep.ReportPersisted written -> report.accept(new RaftInput.Persisted(written.writeId()));
    }
  }
}
