package io.ottla.common.metadata;

/**
 * A committed entry cannot be applied: its bytes, a record's type or version are unknown, or its effect would break an invariant of the
 * image. The node must stop applying and quarantine itself; skipping the entry would let it diverge from the others.
 */
public final class MetadataReplayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what could not be applied and why. */
  public MetadataReplayException(String message) {
    super(message);
  }

  /** Says what could not be read, with the parser's reason. */
  public MetadataReplayException(String message, Throwable cause) {
    super(message, cause);
  }
}
