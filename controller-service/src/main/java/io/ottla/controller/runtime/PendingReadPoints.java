package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Linearizable reads that wait for proof of leadership, then for the state they must see (Q30). Raft thread only. */
final class PendingReadPoints {
  private final Map<Long, CompletableFuture<MetadataImage>> unconfirmed = new HashMap<>();
  private final Queue<Confirmed> confirmed = new PriorityQueue<>(Comparator.comparingLong(Confirmed::index));
  private long ids;

  private record Confirmed(long index, CompletableFuture<MetadataImage> answer) {}

  long begin(CompletableFuture<MetadataImage> answer) {
    unconfirmed.put(++ids, answer);
    return ids;
  }

  void ready(long readId, long readIndex, MetadataImage committed) {
    CompletableFuture<MetadataImage> answer = unconfirmed.remove(readId);
    if (answer != null) {
      confirmed.add(new Confirmed(readIndex, answer));
      applied(committed);
    }
  }

  void refused(long readId) {
    CompletableFuture<MetadataImage> answer = unconfirmed.remove(readId);
    if (answer != null) {
      answer.completeExceptionally(ControllerLoop.notController());
    }
  }

  /** The state has moved on: whatever comes after the point of a read may answer it. */
  void applied(MetadataImage committed) {
    for (Confirmed first = confirmed.peek(); first != null && first.index() <= committed.index(); first = confirmed
        .peek()) {
      confirmed.remove();
      first.answer().complete(committed);
    }
  }

  void abandon() {
    unconfirmed.values().forEach(answer -> answer.completeExceptionally(ControllerLoop.notController()));
    unconfirmed.clear();
    confirmed.forEach(one -> one.answer().completeExceptionally(ControllerLoop.notController()));
    confirmed.clear();
  }
}
