package io.ottla.broker.replica;

/** Something that can only be a bug. The partition must stop: going on could lose what was acknowledged. */
public final class ReplicaInvariantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReplicaInvariantException(String message) {
    super(message);
  }
}
