package io.ottla.broker.log;

import io.ottla.common.record.MalformedBatchException;

/**
 * The log's storage failed, or an invariant of it is broken. The log refuses everything from now on: what is durable is unknown (Q42, P44).
 */
public final class LogFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How far the trouble reaches. */
  public enum Scope {
    /** What was stored is not what was written: this replica is to be rebuilt from its leader, others are not concerned (P43). */
    REPLICA,
    /** A file could not be read, written or forced: nothing in this log directory can be relied on any more (P44). */
    DIRECTORY
  }

  private final Scope scope;

  /** What failed; contents that are not what was written concern their replica alone, anything else the directory. */
  public LogFailedException(String message, Throwable cause) {
    super(message, cause);
    boolean contents = cause instanceof MalformedBatchException || cause instanceof CorruptLogException;
    this.scope = contents ? Scope.REPLICA : Scope.DIRECTORY;
  }

  /** What has to go offline. */
  public Scope scope() {
    return scope;
  }
}
