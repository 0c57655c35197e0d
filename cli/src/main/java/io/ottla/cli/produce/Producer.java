package io.ottla.cli.produce;

import io.ottla.cli.produce.Delivery.Entry;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Several batches in flight, yet every key in order: a record goes to the lane its key hashes to, and a lane sends one batch after the
 * other. Records without key fill the lanes in turn. One thread puts records in; each lane has a virtual thread.
 */
final class Producer implements AutoCloseable {
  private static final int IN_MEMORY_KIB = 32 << 10;
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1000;
  private static final int KEYLESS_RUN = 200;
  private final ProduceClient client;
  private final Options options;
  private final Tally tally;
  private final BiConsumer<InputRecord, Entry> onAcknowledged;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Semaphore memoryKib = new Semaphore(IN_MEMORY_KIB);
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicInteger exitCode = new AtomicInteger(ExitCode.OK);
  private final AtomicBoolean retrying = new AtomicBoolean();
  private int keyless;

  /**
   * @param lanes        how many batches may be in flight
   * @param retryFor     how long a batch that was certainly not written is tried again
   * @param retryUnknown whether a batch with unknown outcome is sent again, which may duplicate it
   * @param skipRejected whether the run goes on after a record was refused for good
   */
  record Options(int lanes, int batchRecords, int batchBytes, Duration retryFor, boolean retryUnknown,
      boolean skipRejected) {}

  Producer(ProduceClient client, Options options, Tally tally, BiConsumer<InputRecord, Entry> onAcknowledged) {
    this.client = client;
    this.options = options;
    this.tally = tally;
    this.onAcknowledged = onAcknowledged;
    for (int i = 0; i < options.lanes(); i++) {
      Lane lane = new Lane(options.batchRecords(), options.batchBytes());
      lanes.add(lane);
      threads.add(Thread.ofVirtual().name("lane-" + i).start(() -> run(lane)));
    }
  }

  /** Takes one record; waits while too much is in memory. False when the run has stopped and nothing more is taken. */
  boolean put(InputRecord input) throws InterruptedException {
    memoryKib.acquire(kib(input));
    if (stopped.get())
      return false;
    tally.read(input);
    lanes.get(laneOf(input)).add(input);
    return true;
  }

  /** Sends what is left and waits for the answers. */
  @Override
  public void close() {
    lanes.forEach(Lane::close);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted)
      Thread.currentThread().interrupt();
  }

  /** Takes no more input; what is in memory is still sent. */
  void stopReading() {
    stopped.set(true);
    memoryKib.release(IN_MEMORY_KIB);
  }

  boolean retrying() {
    return retrying.get();
  }

  /** The worst thing that happened, as an exit status. */
  int exitCode() {
    return exitCode.get();
  }

  int laneOf(InputRecord input) {
    byte[] key = input.key();
    Integer partition = input.partition();
    if (partition != null)
      return Math.floorMod(partition, lanes.size());
    if (key != null)
      return Math.floorMod(mixed(Arrays.hashCode(key)), lanes.size());
    // In runs, so that the first lanes get whole batches instead of one record each.
    return Math.floorMod(keyless++ / KEYLESS_RUN, lanes.size());
  }

  private static int mixed(int hash) {
    int h = hash * 0x9E3779B9;
    return h ^ (h >>> 15);
  }

  private static int kib(InputRecord input) {
    return Math.min(IN_MEMORY_KIB, 1 + input.bytes() / 1024);
  }

  private void run(Lane lane) {
    try {
      for (List<InputRecord> batch = lane.nextBatch(); !batch.isEmpty(); batch = lane.nextBatch()) {
        if (failed()) {
          tally.notWritten(batch, "the run had stopped");
        } else {
          deliverOrFail(batch);
        }
        batch.forEach(input -> memoryKib.release(kib(input)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An answer that cannot be understood says nothing about what was written. */
  private void deliverOrFail(List<InputRecord> batch) throws InterruptedException {
    try {
      deliver(batch);
    } catch (RuntimeException e) {
      tally.unknown(batch, e instanceof CommandFailure failure ? failure.text() : e.toString());
      fail(ExitCode.UNKNOWN_OUTCOME);
    }
  }

  /** Whether the run is over: what is queued must not overtake what failed before it. */
  boolean failed() {
    int code = exitCode.get();
    return code != ExitCode.OK && code != ExitCode.PARTLY_DONE;
  }

  private void deliver(List<InputRecord> batch) throws InterruptedException {
    List<InputRecord> left = batch;
    long deadline = System.nanoTime() + options.retryFor().toNanos();
    long pauseMs = FIRST_PAUSE_MS;
    for (int turn = 0; !left.isEmpty(); turn++) {
      Attempt attempt = settle(left, client.send(left, turn));
      left = attempt.again();
      String reason = attempt.reason();
      if (left.isEmpty() || reason == null)
        break;
      if (System.nanoTime() > deadline) {
        giveUp(left, attempt);
        break;
      }
      retrying.set(true);
      Thread.sleep(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    retrying.set(false);
  }

  private void giveUp(List<InputRecord> left, Attempt attempt) {
    String reason = "" + attempt.reason();
    if (attempt.unknown()) {
      tally.unknown(left, reason);
      fail(ExitCode.UNKNOWN_OUTCOME);
    } else {
      tally.notWritten(left, reason);
      fail(ExitCode.UNREACHABLE);
    }
  }

  /** What is to be sent again and why; nothing when all is settled. */
  private record Attempt(List<InputRecord> again, @Nullable String reason, boolean unknown) {
    static final Attempt DONE = new Attempt(List.of(), null, false);
  }

  private Attempt settle(List<InputRecord> batch, Delivery delivery) {
    return switch (delivery) {
      case Delivery.Answered answered -> settleEach(batch, answered.entries());
      case Delivery.NotWritten notWritten -> new Attempt(batch, notWritten.reason(), false);
      case Delivery.Unknown unknown -> settleUnknown(batch, unknown.reason());
      case Delivery.Refused refused -> {
        tally.notWritten(batch, refused.reason());
        fail(refused.exitCode());
        yield Attempt.DONE;
      }
    };
  }

  private Attempt settleEach(List<InputRecord> batch, List<Entry> entries) {
    List<InputRecord> again = new ArrayList<>();
    List<InputRecord> unknown = new ArrayList<>();
    String reason = null;
    String unknownReason = "";
    for (int i = 0; i < batch.size(); i++) {
      InputRecord input = batch.get(i);
      Entry entry = entries.get(i);
      String why = "" + entry.reason();
      switch (entry.fate()) {
        case WRITTEN -> {
          tally.acknowledged(input);
          onAcknowledged.accept(input, entry);
        }
        case NOT_WRITTEN -> {
          again.add(input);
          reason = why;
        }
        case UNKNOWN -> {
          unknown.add(input);
          unknownReason = why;
        }
        case REJECTED -> reject(input, why);
      }
    }
    if (unknown.isEmpty())
      return new Attempt(again, reason, false);
    if (options.retryUnknown()) {
      List<InputRecord> both = batch.stream().filter(input -> again.contains(input) || unknown.contains(input))
          .toList();
      return new Attempt(both, unknownReason, true);
    }
    if (!again.isEmpty())
      tally.notWritten(again, "" + reason);
    return settleUnknown(unknown, unknownReason);
  }

  private Attempt settleUnknown(List<InputRecord> batch, String reason) {
    if (options.retryUnknown())
      return new Attempt(batch, reason, true);
    tally.unknown(batch, reason);
    fail(ExitCode.UNKNOWN_OUTCOME);
    return Attempt.DONE;
  }

  private void reject(InputRecord input, String reason) {
    tally.rejected(input.line(), reason);
    if (options.skipRejected()) {
      exitCode.compareAndSet(ExitCode.OK, ExitCode.PARTLY_DONE);
    } else {
      fail(ExitCode.FAILED);
    }
  }

  private void fail(int code) {
    exitCode.updateAndGet(
        before -> before == ExitCode.OK || before == ExitCode.PARTLY_DONE || code == ExitCode.UNKNOWN_OUTCOME
            ? code : before);
    stopReading();
  }
}
