package io.ottla.controller.raft;

/** Something happened that the protocol excludes: a bug here or at a peer, or lost storage. The node stops at once, loudly. */
public final class RaftInvariantException extends IllegalStateException {
  /** Says what was expected and what was found. */
  public RaftInvariantException(String message) {
    super(message);
  }
}
