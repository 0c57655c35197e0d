package io.ottla.controller.raft;

import java.util.List;

/** Everything that can happen to the core (Q6). Inputs are handed in one at a time on the Raft thread. */
public sealed interface RaftInput {
  /** Time has passed; given every {@link RaftConfig#tickMs()}. All timers run on ticks only. */
  record Tick() implements RaftInput {}

  /** A request from a peer, or a reply to one of our requests. */
  record MessageReceived(RaftMessage message) implements RaftInput {}

  /**
   * A request certainly got no reply and never will (refused connection, timeout). Optional: the core times requests out by itself.
   *
   * @param to the peer it was meant for
   * @param requestId the request
   */
  record TransportFailed(ReplicaKey to, long requestId) implements RaftInput {}

  /**
   * Append these payloads as consecutive DATA entries, all or none. Answered by {@link RaftNotice.ProposalRefused}, or by
   * {@link RaftNotice.ProposalAppended} followed by exactly one of {@link RaftNotice.ProposalCommitted} and
   * {@link RaftNotice.ProposalIndeterminate} (Q26).
   *
   * @param proposalId chosen by the caller, unique within this process
   * @param term the term in which the decision was made; in any other term it is refused, since the decision may be outdated
   * @param payloads at least one; each at most {@link RaftConfig#maxAppendBytes()}
   */
  record Propose(long proposalId, long term, List<byte[]> payloads) implements RaftInput {
    /** An empty proposal has no entry whose commit could answer it. */
    public Propose {
      payloads = List.copyOf(payloads);
      if (payloads.isEmpty()) {
        throw new IllegalArgumentException("proposal " + proposalId + " has no payload");
      }
    }
  }

  /**
   * The storage thread has made a log write, and all before it, durable.
   *
   * @param writeId {@link LogWrite#writeId()} of the newest durable write
   */
  record Persisted(long writeId) implements RaftInput {}

  /**
   * Ask for a linearizable read point (Q30). Answered by {@link RaftNotice.ReadReady} or {@link RaftNotice.ReadRefused}.
   *
   * @param readId chosen by the caller, unique within this process
   */
  record ReadIndex(long readId) implements RaftInput {}

  /** Give up leadership, if held, and do not campaign before the others have had their chance: an orderly shutdown. */
  record Resign() implements RaftInput {}
}
