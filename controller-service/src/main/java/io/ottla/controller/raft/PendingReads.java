package io.ottla.controller.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads that wait for proof that this node still led after they arrived (Q30); one round of heartbeats serves all that came before it. */
final class PendingReads {
  private final Deque<Pending> queue = new ArrayDeque<>();

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** A read is answered by acknowledgements of this request or later ones only. */
  void add(long readId, long readIndex, long firstRequestId) {
    queue.add(new Pending(readId, readIndex, firstRequestId));
  }

  /** The read that has waited longest, as the first request that can confirm it; {@link Long#MAX_VALUE} if there is none. */
  long oldestFirstRequestId() {
    Pending oldest = queue.peek();
    return oldest == null ? Long.MAX_VALUE : oldest.firstRequestId;
  }

  /** Answers the read that has waited longest. */
  void confirmOldest(List<RaftNotice> notices) {
    Pending oldest = queue.remove();
    notices.add(new RaftNotice.ReadReady(oldest.readId, oldest.readIndex));
  }

  void abandon(@Nullable ReplicaKey leader, List<RaftNotice> notices) {
    queue.forEach(pending -> notices.add(new RaftNotice.ReadRefused(pending.readId, leader)));
    queue.clear();
  }

  private record Pending(long readId, long readIndex, long firstRequestId) {}
}
