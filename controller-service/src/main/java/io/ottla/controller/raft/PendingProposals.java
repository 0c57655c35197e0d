package io.ottla.controller.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Proposals of this leader that wait for commit, in log order, and the bytes they hold (Q26, Q49). */
final class PendingProposals {
  private final Deque<Pending> queue = new ArrayDeque<>();
  private long bytes;

  long bytes() {
    return bytes;
  }

  void add(long proposalId, long lastIndex, long size) {
    queue.add(new Pending(proposalId, lastIndex, size));
    bytes += size;
  }

  /** Takes out what is committed with this index. */
  void committed(long commitIndex, List<RaftNotice> notices) {
    for (Pending first = queue.peek(); first != null && first.lastIndex <= commitIndex; first = queue.peek()) {
      queue.remove();
      bytes -= first.size;
      notices.add(new RaftNotice.ProposalCommitted(first.proposalId, first.lastIndex));
    }
  }

  /** Leadership is lost: nobody here knows what becomes of them. */
  void abandon(List<RaftNotice> notices) {
    queue.forEach(pending -> notices.add(new RaftNotice.ProposalIndeterminate(pending.proposalId)));
    queue.clear();
    bytes = 0;
  }

  private record Pending(long proposalId, long lastIndex, long size) {}
}
