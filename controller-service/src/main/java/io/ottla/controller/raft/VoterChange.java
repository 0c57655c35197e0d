package io.ottla.controller.raft;

/** A change of the voter set by one member (Q36). A disk is replaced by adding the new one, then removing the old one (Q37). */
public sealed interface VoterChange {
  /** A node that follows the leader as observer becomes a voter. */
  record Add(Voter voter) implements VoterChange {}

  /** A voter stops voting; it may go on as observer. */
  record Remove(ReplicaKey key) implements VoterChange {}
}
