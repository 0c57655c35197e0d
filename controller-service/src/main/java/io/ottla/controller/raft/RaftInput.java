package io.ottla.controller.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
   * @param payloads at least one; each at most {@link RaftConfig#maxEntryBytes()}
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

  /**
   * Change the voters by one (Q36). Answered like a proposal; refused unless all guards of Q37 hold.
   *
   * @param changeId a proposal id
   */
  record ChangeVoters(long changeId, VoterChange change) implements RaftInput {}

  /**
   * Hand leadership to another voter (Q39); without effect on others than the leader.
   *
   * @param target whom, or null for the one that is furthest
   */
  record TransferLeadership(@Nullable ReplicaKey target) implements RaftInput {}

  /**
   * A peer's process is certainly not there: its connection broke and its port refuses new ones. A hint, nothing more: it makes a follower of
   * that peer campaign soon instead of waiting for its deadline, and every rule of elections still applies.
   */
  record PeerGone(ReplicaKey peer) implements RaftInput {}

  /** This node has written a snapshot of its state, durably: the log before it may go (Q33). */
  record SnapshotWritten(Snapshot snapshot) implements RaftInput {}

  /**
   * A piece of a snapshot that is being received is written, not durable yet: the next one may come.
   *
   * @param id the snapshot
   * @param endPosition where the next piece begins
   */
  record SnapshotPieceStored(SnapshotId id, long endPosition) implements RaftInput {}

  /**
   * What became of a snapshot that was received whole.
   *
   * @param id the snapshot
   * @param snapshot the verified, durable snapshot; null when it was damaged and has been removed
   */
  record SnapshotReceived(SnapshotId id, @Nullable Snapshot snapshot) implements RaftInput {}

  /** Give up leadership, if held, and do not campaign before the others have had their chance: an orderly shutdown. */
  record Resign() implements RaftInput {}
}
