package io.ottla.broker.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/** An append that is in the log and waits for its acks. */
final class ProduceWait {
  private final CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();
  private final AppendOutcome.Ok success;
  private final long endOffset;
  private final int acks;
  private final int sizeInBytes;
  private final Purgatory purgatory;
  private volatile @Nullable Future<?> deadline;

  ProduceWait(AppendOutcome.Ok success, long endOffset, int acks, int sizeInBytes, Purgatory purgatory) {
    this.success = success;
    this.endOffset = endOffset;
    this.acks = acks;
    this.sizeInBytes = sizeInBytes;
    this.purgatory = purgatory;
  }

  CompletableFuture<AppendOutcome> answer() {
    return answer;
  }

  AppendOutcome.Ok success() {
    return success;
  }

  long endOffset() {
    return endOffset;
  }

  int leaderEpoch() {
    return success.leaderEpoch();
  }

  int acks() {
    return acks;
  }

  void expireAfter(long delayMs, Runnable expire) {
    Future<?> timer = purgatory.after(delayMs, expire);
    deadline = timer;
    if (answer.isDone()) {
      timer.cancel(false);
    }
  }

  /** Answers, the first time it is called. Not under a partition's lock: dependents run here. */
  void finish(AppendOutcome outcome) {
    if (answer.complete(outcome)) {
      purgatory.release(sizeInBytes);
      Future<?> timer = deadline;
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
