package io.ottla.controller.raft;

/** What became of a vote request. */
public enum VoteResult {
  /** The vote is given, and durable. */
  GRANTED,
  /** The receiver is in the candidate's term and says no: it voted otherwise or its log is newer (Q16). */
  REFUSED,
  /** The receiver hears a live leader (or is one) and ignored the request; it did not adopt the term (Q15). */
  DISREGARDED
}
