package io.ottla.broker.gateway;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.Outcome;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Compression;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Joins concurrent produces to one partition into shared batches. While {@code maxInFlight} batches are on their way, requests gather; the
 * next batch takes all that fit. There is no timer and no thread: the request that opens a batch carries it on its own (virtual) thread,
 * and the one that finishes wakes the first of those that gathered meanwhile. Any number of threads.
 */
final class ProduceLane {
  /** Carries one batch to the leader; blocks until the outcome is known or the deadline has passed. */
  @FunctionalInterface
  interface Carrier {
    AppendOutcome carry(ByteBuffer batch, Acks acks, long deadlineMs);
  }

  /**
   * One request's records for this partition; they stay together and in order.
   *
   * @param timestamps one per record
   * @param size upper bound of the bytes they add to a batch
   * @param batchLimit largest batch the topic accepts
   * @param compression how the topic wants batches stored
   */
  record Parcel(List<ProducerRecord> records, long[] timestamps, long size, long batchLimit, Compression compression,
      Acks acks, long deadlineMs) {}

  private final Carrier carrier;
  private final int maxInFlight;
  private final long maxBatchBytes;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  /** One for each batch that may be on its way, so that each has one in flight only. Guarded by the same lock. */
  private final ArrayDeque<LaneProducer> producers = new ArrayDeque<>();
  private int inFlight;

  ProduceLane(Carrier carrier, ProducerIdSource ids, int maxInFlight, long maxBatchBytes) {
    this.carrier = carrier;
    this.maxInFlight = maxInFlight;
    this.maxBatchBytes = maxBatchBytes;
    for (int i = 0; i < maxInFlight; i++) {
      producers.add(new LaneProducer(ids));
    }
  }

  /**
   * Writes the parcel, alone or joined with others, and waits for the outcome.
   *
   * @param maxWaitMs how long to wait at most, the parcel's deadline seen from now
   */
  AppendOutcome write(Parcel parcel, long maxWaitMs) {
    Waiting self = new Waiting(parcel);
    List<Waiting> load = null;
    synchronized (waiting) {
      waiting.add(self);
      if (inFlight < maxInFlight) {
        load = takeLoad();
      }
    }
    if (load != null) {
      // Parcels wait only while all slots are taken, so with a free slot the load is this very parcel.
      carry(load);
      return self.outcomeNow();
    }
    return awaitTurn(self, maxWaitMs);
  }

  /** Requests that wait for a slot. */
  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private AppendOutcome awaitTurn(Waiting self, long maxWaitMs) {
    try {
      Turn turn = self.turn.get(maxWaitMs, TimeUnit.MILLISECONDS);
      return switch (turn) {
        case Turn.Done done -> done.outcome();
        case Turn.Carry carry -> {
          carry(carry.load());
          yield self.outcomeNow();
        }
      };
    } catch (TimeoutException e) {
      return giveUp(self, ErrorCode.REQUEST_TIMED_OUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(self, ErrorCode.INDETERMINATE);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a lane's turn completed exceptionally", e.getCause());
    }
  }

  private AppendOutcome giveUp(Waiting self, ErrorCode whenUnderWay) {
    synchronized (waiting) {
      if (waiting.remove(self)) {
        return new AppendOutcome.Failed(ErrorCode.LEADER_NOT_AVAILABLE,
            "The records were not sent: earlier ones to this partition are still waiting for its leader.");
      }
    }
    Turn turn = self.turn.isDone() ? self.turn.join() : null;
    if (turn instanceof Turn.Carry carry) {
      // Chosen to carry in the very moment of giving up: the others in the load must not be left behind.
      carry(carry.load());
      return self.outcomeNow();
    }
    if (turn instanceof Turn.Done done) {
      return done.outcome();
    }
    return new AppendOutcome.Failed(whenUnderWay,
        "The records were sent, but not acknowledged in time; they may be written.");
  }

  /** Takes what goes into the next batch. Called under the lock, with at least one waiting. */
  private List<Waiting> takeLoad() {
    List<Waiting> load = new ArrayList<>();
    Waiting first = waiting.removeFirst();
    load.add(first);
    long size = first.parcel.size();
    while (!waiting.isEmpty()) {
      Parcel next = waiting.getFirst().parcel;
      if (next.acks() != first.parcel.acks() || size + next.size() > Math.min(maxBatchBytes, next.batchLimit())) {
        break;
      }
      size += next.size();
      load.add(waiting.removeFirst());
    }
    inFlight++;
    return load;
  }

  private void carry(List<Waiting> load) {
    LaneProducer producer;
    synchronized (waiting) {
      producer = producers.removeFirst();
    }
    try {
      settle(load, carryJoined(load, producer));
    } catch (RuntimeException e) {
      settle(load, new AppendOutcome.Failed(ErrorCode.INTERNAL, "The broker failed; the records may be written."));
      throw e;
    } finally {
      passOn(producer);
    }
  }

  /** The outcome of the joined batch, or null when each parcel was carried alone and is settled already. */
  private @Nullable AppendOutcome carryJoined(List<Waiting> load, LaneProducer producer) {
    AppendOutcome outcome = carryBatch(load, producer);
    boolean ownFault = outcome instanceof AppendOutcome.Failed failed && failed.code().outcome() == Outcome.REFUSED
        && !failed.code().retriable();
    if (!ownFault || load.size() == 1) {
      return outcome;
    }
    // Refused for what one of them holds: nobody else shall suffer for it.
    for (Waiting one : load) {
      one.settle(carryBatch(List.of(one), producer), 0);
    }
    return null;
  }

  private AppendOutcome carryBatch(List<Waiting> load, LaneProducer producer) {
    long deadlineMs = Long.MIN_VALUE;
    int records = 0;
    for (Waiting one : load) {
      deadlineMs = Math.max(deadlineMs, one.parcel.deadlineMs());
      records += one.parcel.records().size();
    }
    Acks acks = load.getFirst().parcel.acks();
    for (int tries = 1;; tries++) {
      // Whoever does not wait for all replicas has no use for a repetition, and idempotence needs acks=all (P37).
      LaneProducer.Identity identity = acks == Acks.ALL ? producer.next() : null;
      AppendOutcome outcome = carrier.carry(batch(load, identity), acks, deadlineMs);
      if (identity != null && outcome instanceof AppendOutcome.Ok) {
        producer.acknowledged(records);
      }
      boolean again = identity != null && tries == 1 && outcome instanceof AppendOutcome.Failed failed
          && hasForgotten(failed.code());
      if (!again) {
        return outcome;
      }
    }
  }

  /** The leader remembers another past of this producer, after an unclean election say: nothing was written, and a new epoch begins anew. */
  private static boolean hasForgotten(ErrorCode code) {
    return code == ErrorCode.OUT_OF_ORDER_SEQUENCE || code == ErrorCode.INVALID_PRODUCER_EPOCH;
  }

  private static ByteBuffer batch(List<Waiting> load, LaneProducer.@Nullable Identity identity) {
    long size = 0;
    for (Waiting one : load) {
      size += one.parcel.size();
    }
    BatchBuilder builder = new BatchBuilder((int) Math.min(size + 128, Integer.MAX_VALUE - 16L));
    for (Waiting one : load) {
      List<ProducerRecord> records = one.parcel.records();
      for (int i = 0; i < records.size(); i++) {
        ProducerRecord record = records.get(i);
        builder.add(one.parcel.timestamps()[i], record.key(), record.value(), record.headers());
      }
    }
    if (identity != null) {
      builder.producer(identity.producerId(), identity.epoch(), identity.sequence());
    }
    return builder.build(load.getFirst().parcel.compression());
  }

  private static void settle(List<Waiting> load, @Nullable AppendOutcome outcome) {
    if (outcome == null) {
      return;
    }
    long before = 0;
    for (Waiting one : load) {
      one.settle(outcome, before);
      before += one.parcel.records().size();
    }
  }

  private void passOn(LaneProducer producer) {
    synchronized (waiting) {
      producers.addFirst(producer);
      inFlight--;
      if (!waiting.isEmpty()) {
        List<Waiting> load = takeLoad();
        // Told under the lock, so that one who gives up sees either himself still waiting or this turn.
        load.getFirst().turn.complete(new Turn.Carry(load));
      }
    }
  }

  private sealed interface Turn {
    record Carry(List<Waiting> load) implements Turn {}

    record Done(AppendOutcome outcome) implements Turn {}
  }

  private static final class Waiting {
    private final Parcel parcel;
    private final CompletableFuture<Turn> turn = new CompletableFuture<>();
    private volatile @Nullable AppendOutcome outcome;

    Waiting(Parcel parcel) {
      this.parcel = parcel;
    }

    void settle(AppendOutcome shared, long recordsBefore) {
      AppendOutcome own = shared instanceof AppendOutcome.Ok written && written.baseOffset() >= 0
          ? new AppendOutcome.Ok(written.baseOffset() + recordsBefore, written.leaderEpoch(), written.logStartOffset())
          : shared;
      outcome = own;
      turn.complete(new Turn.Done(own));
    }

    AppendOutcome outcomeNow() {
      AppendOutcome settled = outcome;
      if (settled == null) {
        throw new IllegalStateException("a carried parcel has no outcome");
      }
      return settled;
    }
  }
}
