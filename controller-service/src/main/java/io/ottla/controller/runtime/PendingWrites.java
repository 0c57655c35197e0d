package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.controller.control.Decision;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Callers that wait for their decision to be committed and applied (M4, Q26). An appended decision whose leadership ended is INDETERMINATE; one
 * that appended nothing and rests on something uncommitted is refused then, as nothing of its own can take effect. Raft thread only.
 */
final class PendingWrites {
  private final RuntimeObserver observer;
  private final Map<Long, Waiting<?>> uncommitted = new HashMap<>();
  private final Queue<AtIndex> committed = new PriorityQueue<>(Comparator.comparingLong(AtIndex::index));
  private final Queue<AtIndex> speculative = new PriorityQueue<>(Comparator.comparingLong(AtIndex::index));

  PendingWrites(RuntimeObserver observer) {
    this.observer = observer;
  }

  private record Waiting<R>(Decision.Result<R> result, CompletableFuture<R> answer, long sinceNanos) {
    void succeed() {
      switch (result) {
        case Decision.Accepted<R>(R value) -> answer.complete(value);
        case Decision.Rejected<R>(ErrorCode code, String message) ->
          answer.completeExceptionally(new OttlaException(code, message));
      }
    }

    void fail(OttlaException why) {
      answer.completeExceptionally(why);
    }
  }

  private record AtIndex(long index, Waiting<?> waiting) {}

  /** The decision's records are in the log. */
  <R> void awaitCommit(long proposalId, Decision.Result<R> result, CompletableFuture<R> answer) {
    uncommitted.put(proposalId, new Waiting<>(result, answer, System.nanoTime()));
  }

  /** The decision changes nothing, but was made from an image that may not be committed yet. */
  <R> void awaitSpeculative(long index, Decision.Result<R> result, CompletableFuture<R> answer) {
    speculative.add(new AtIndex(index, new Waiting<>(result, answer, System.nanoTime())));
  }

  void committed(long proposalId, long index) {
    Waiting<?> waiting = uncommitted.remove(proposalId);
    if (waiting != null) {
      committed.add(new AtIndex(index, waiting));
    }
  }

  void indeterminate(long proposalId) {
    Waiting<?> waiting = uncommitted.remove(proposalId);
    if (waiting != null) {
      waiting.fail(new OttlaException(ErrorCode.INDETERMINATE,
          "leadership was lost after the change was appended; it may or may not take effect"));
    }
  }

  void applied(long index) {
    release(committed, index, true);
    release(speculative, index, false);
  }

  private void release(Queue<AtIndex> queue, long index, boolean measured) {
    while (true) {
      AtIndex first = queue.peek();
      if (first == null || first.index() > index) {
        return;
      }
      queue.remove();
      if (measured) {
        observer.committed(System.nanoTime() - first.waiting().sinceNanos());
      }
      first.waiting().succeed();
    }
  }

  /** Leadership is over: what was judged from uncommitted entries is void. */
  void resigned() {
    List<AtIndex> all = new ArrayList<>(speculative);
    speculative.clear();
    all.forEach(one -> one.waiting().fail(ControllerLoop.notController()));
  }

  void abandon() {
    List<Long> ids = new ArrayList<>(uncommitted.keySet());
    ids.forEach(this::indeterminate);
    resigned();
    List<AtIndex> rest = new ArrayList<>(committed);
    committed.clear();
    rest.forEach(one -> one.waiting().succeed());
  }
}
