package io.ottla.broker.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/** A consumer's read that waits for records to be committed (P31). */
final class ReadWait {
  private final CompletableFuture<ReadOutcome> answer = new CompletableFuture<>();
  private final long offset;
  private final int maxBytes;
  private final int minBytes;
  private final Purgatory purgatory;
  private volatile @Nullable Future<?> deadline;

  ReadWait(long offset, int maxBytes, int minBytes, Purgatory purgatory) {
    this.offset = offset;
    this.maxBytes = maxBytes;
    this.minBytes = minBytes;
    this.purgatory = purgatory;
  }

  CompletableFuture<ReadOutcome> answer() {
    return answer;
  }

  long offset() {
    return offset;
  }

  int maxBytes() {
    return maxBytes;
  }

  int minBytes() {
    return minBytes;
  }

  void expireAfter(long delayMs, Runnable expire) {
    Future<?> timer = purgatory.after(delayMs, expire);
    deadline = timer;
    if (answer.isDone()) {
      timer.cancel(false);
    }
  }

  /** Answers, the first time it is called. Not under a partition's lock. */
  void finish(ReadOutcome outcome) {
    if (answer.complete(outcome)) {
      purgatory.release(0);
      Future<?> timer = deadline;
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
