package io.ottla.controller.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the runtime has to know of a step, besides disk and network. Order within one output is the order in which things happened. */
public sealed interface RaftNotice {
  /**
   * The role, the term or the known leader changed.
   *
   * @param role the role from now on
   * @param term the current term
   * @param leader the leader of the term if known
   */
  record RoleChanged(Role role, long term, @Nullable ReplicaKey leader) implements RaftNotice {}

  /**
   * This node leads {@code term} and its first entry is committed: after applying up to {@code index} the controller may act (Q20).
   *
   * @param term the term it leads
   * @param index index of the term's first entry
   */
  record LeaderActivated(long term, long index) implements RaftNotice {}

  /**
   * Entries up to here are committed; fetch them with {@link RaftCore#readCommitted}.
   *
   * @param commitIndex the new commit index
   */
  record CommitAdvanced(long commitIndex) implements RaftNotice {}

  /**
   * A follower no longer has entries it had confirmed: its disk lost forced writes. It gets them again, and someone has to look at that disk.
   *
   * @param peer the follower
   * @param confirmed index up to which it had confirmed
   * @param missing where it wants to be sent entries from
   */
  record ConfirmedEntriesLost(ReplicaKey peer, long confirmed, long missing) implements RaftNotice {}

  /**
   * A follower got a whole snapshot and did not take it: most likely it is damaged here, where nobody reads it again before the next start.
   *
   * @param peer the follower
   * @param id the snapshot
   */
  record SnapshotRefused(ReplicaKey peer, SnapshotId id) implements RaftNotice {}

  /**
   * The proposal is in the log, not yet committed.
   *
   * @param proposalId the caller's id
   * @param firstIndex index of its first entry
   * @param lastIndex index of its last entry
   * @param term term of its entries
   */
  record ProposalAppended(long proposalId, long firstIndex, long lastIndex, long term) implements RaftNotice {}

  /**
   * The proposal is committed; the caller is answered after {@code lastIndex} is applied (Q26).
   *
   * @param proposalId the caller's id
   * @param lastIndex index of its last entry
   */
  record ProposalCommitted(long proposalId, long lastIndex) implements RaftNotice {}

  /**
   * The proposal was certainly not appended; a retry is safe.
   *
   * @param proposalId the caller's id
   * @param reason why
   * @param leader whom to ask instead, if known
   */
  record ProposalRefused(long proposalId, Refusal reason, @Nullable ReplicaKey leader) implements RaftNotice {}

  /**
   * The proposal was appended, then leadership was lost: it may or may not take effect.
   *
   * @param proposalId the caller's id
   */
  record ProposalIndeterminate(long proposalId) implements RaftNotice {}

  /**
   * Leadership was confirmed after the read arrived: answer it once {@code readIndex} is applied.
   *
   * @param readId the caller's id
   * @param readIndex the state to read is at least this one
   */
  record ReadReady(long readId, long readIndex) implements RaftNotice {}

  /**
   * The read cannot be served here; it had no effect.
   *
   * @param readId the caller's id
   * @param leader whom to ask instead, if known
   */
  record ReadRefused(long readId, @Nullable ReplicaKey leader) implements RaftNotice {}

  /**
   * Whom this node may send messages to, and where they answer: the voters in force and, on a leader, the observers.
   *
   * @param voters the voter set in force
   * @param observers on a leader, those it sends the log to, in order of identity; on an observer, voters of earlier that may know today's
   */
  record PeersChanged(VoterSet voters, List<Voter> observers) implements RaftNotice {
    /** Copies the list. */
    public PeersChanged {
      observers = List.copyOf(observers);
    }
  }

  /**
   * A received snapshot has replaced the log up to its last entry: load the state from it, then apply what follows (Q34).
   *
   * @param snapshot the newest snapshot in the store
   */
  record SnapshotInstalled(Snapshot snapshot) implements RaftNotice {}

  /** Why a proposal was not appended. */
  enum Refusal {
    /** Not the active leader, or not in the proposal's term. */
    NOT_LEADER,
    /** Too many bytes wait for commit (Q49). */
    BUSY,
    /** A payload is larger than one append may be. */
    TOO_LARGE,
    /** Leadership is being handed over; there will be another leader, or this one again, in a moment (Q39). */
    TRANSFERRING,
    /** Another change of the voters is not committed yet (Q37). */
    CHANGE_PENDING,
    /** That disk votes already. */
    ALREADY_VOTER,
    /** That disk does not vote, or is the only one that does. */
    NOT_REMOVABLE,
    /** The node to be added does not follow this leader, or is too far behind (Q37). */
    NOT_CAUGHT_UP,
    /** Too few of the voters that would remain answer: the change would leave the quorum without a majority. */
    WOULD_LOSE_QUORUM
  }
}
