package io.ottla.common.record;

/** Bytes that are no well-formed record batch, or whose checksum is wrong: the reader must not use any of them (I32). */
public sealed class MalformedBatchException extends RuntimeException permits RecordsTooLargeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong, and at which offset if known. */
  public MalformedBatchException(String message) {
    super(message);
  }
}
