package io.ottla.controller.raft;

/** The roles of a voter (Q3). A quarantined disk (Q45) has no core at all: its driver never starts one. */
public enum Role {
  /** Follows a leader without a vote: a follower that the voter set in force does not name (Q17). */
  OBSERVER,
  /** Follows a leader or waits for one. */
  FOLLOWER,
  /** Asks whether an election could be won, without touching term or vote. */
  PRE_CANDIDATE,
  /** Campaigns in a new term. */
  CANDIDATE,
  /** Leads the term: the active controller once its first entry is committed. */
  LEADER
}
