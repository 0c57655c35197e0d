package io.ottla.broker.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.AckState;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.common.error.ErrorCode;

/**
 * Everyone who waits on one partition (P46): produces for their acks, followers and readers for news. Used under the partition's lock; answers
 * are collected as {@link After} and given once the lock is released.
 */
final class PartitionWaits {
  private final PartitionReplica replica;
  private final ArrayDeque<ProduceWait> leaderAcks = new ArrayDeque<>();
  /** By the offset they wait for: a repeated batch lies before those that came after the original. */
  private final Queue<ProduceWait> allAcks = new PriorityQueue<>(Comparator.comparingLong(ProduceWait::endOffset));
  private final List<ParkedFetch> parkedFetches = new ArrayList<>();
  private List<ReadWait> readWaits = new ArrayList<>();

  PartitionWaits(PartitionReplica replica) {
    this.replica = replica;
  }

  void add(ProduceWait wait) {
    queueOf(wait).add(wait);
  }

  void remove(ProduceWait wait) {
    queueOf(wait).remove(wait);
  }

  private Queue<ProduceWait> queueOf(ProduceWait wait) {
    return wait.acks() == -1 ? allAcks : leaderAcks;
  }

  void add(ParkedFetch parked) {
    parkedFetches.add(parked);
  }

  void remove(ParkedFetch parked) {
    parkedFetches.remove(parked);
  }

  void add(ReadWait wait) {
    readWaits.add(wait);
  }

  void remove(ReadWait wait) {
    readWaits.remove(wait);
  }

  /** The ends of a log at some moment. */
  record Marks(long logEndOffset, long highWatermark) {}

  /** How a partition looks up a waiting read again. */
  @FunctionalInterface
  interface Resuming {
    void resume(ReadWait wait);
  }

  /** Collects everyone whose wait a change has ended (P21, P46). */
  void settle(Marks before, Marks now, Resuming reads, After after) {
    settle(leaderAcks, after);
    settle(allAcks, after);
    boolean committed = now.highWatermark() > before.highWatermark();
    if (now.logEndOffset() > before.logEndOffset()) {
      parkedFetches.forEach(ParkedFetch::wake);
    } else if (committed) {
      parkedFetches.forEach(ParkedFetch::news);
    }
    if (committed && !readWaits.isEmpty()) {
      List<ReadWait> ready = readWaits;
      readWaits = new ArrayList<>();
      after.add(() -> ready.forEach(wait -> Thread.startVirtualThread(() -> reads.resume(wait))));
    }
  }

  private void settle(Queue<ProduceWait> waits, After after) {
    for (ProduceWait wait = waits.peek(); wait != null; wait = waits.peek()) {
      AckState state = replica.ackState(wait.leaderEpoch(), wait.endOffset(), wait.acks());
      if (state == AckState.WAITING) {
        return;
      }
      waits.remove();
      AppendOutcome outcome = outcome(state, wait);
      ProduceWait answered = wait;
      after.add(() -> answered.finish(outcome));
    }
  }

  private static AppendOutcome outcome(AckState state, ProduceWait wait) {
    return switch (state) {
      case DONE -> wait.success();
      case BELOW_MIN_ISR -> new AppendOutcome.Failed(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
          "in-sync replicas fell below min.insync.replicas after the append; the records may commit later");
      case LEADERSHIP_LOST ->
        new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "the leadership ended before the acks");
      case WAITING -> throw new IllegalStateException("still waiting");
    };
  }

  /** Nobody waits here any more: what was appended has an unknown fate, readers and followers look elsewhere. */
  void abandon(String message, After after) {
    AppendOutcome.Failed failed = new AppendOutcome.Failed(ErrorCode.INDETERMINATE, message);
    leaderAcks.forEach(wait -> after.add(() -> wait.finish(failed)));
    allAcks.forEach(wait -> after.add(() -> wait.finish(failed)));
    leaderAcks.clear();
    allAcks.clear();
    parkedFetches.forEach(ParkedFetch::wake);
    ReadOutcome.Failed moved = new ReadOutcome.Failed(ErrorCode.NOT_LEADER, "the leadership ended");
    readWaits.forEach(wait -> after.add(() -> wait.finish(moved)));
    readWaits.clear();
  }

  /** Answers to give once the lock is released. */
  static final class After {
    private @Nullable List<Runnable> actions;

    void add(Runnable action) {
      List<Runnable> all = actions;
      if (all == null) {
        all = new ArrayList<>();
        actions = all;
      }
      all.add(action);
    }

    void run() {
      if (actions != null) {
        actions.forEach(Runnable::run);
      }
    }
  }
}
