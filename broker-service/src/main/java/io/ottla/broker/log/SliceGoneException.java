package io.ottla.broker.log;

/** A slice's segment was removed or cut while it was being read. Nothing is wrong: the reader asks again. */
public final class SliceGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names the slice. */
  public SliceGoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
