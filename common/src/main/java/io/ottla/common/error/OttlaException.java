package io.ottla.common.error;

/**
 * An expected failure on its way to whoever asked. Carries no stack trace: it is an answer, not a bug. The message is shown to people and
 * says what to do.
 */
public final class OttlaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** An answer with a code from the catalogue and a message a person can act on. */
  public OttlaException(ErrorCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** The code. */
  public ErrorCode code() {
    return code;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? code.name() : message;
  }
}
