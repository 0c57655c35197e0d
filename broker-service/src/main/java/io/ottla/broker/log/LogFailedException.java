package io.ottla.broker.log;

/**
 * The log's storage failed, or an invariant of it is broken. The log refuses everything from now on: what is durable is unknown (Q42, P44).
 */
public final class LogFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What failed. */
  public LogFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
