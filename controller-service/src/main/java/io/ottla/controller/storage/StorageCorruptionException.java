package io.ottla.controller.storage;

/**
 * Files are damaged in a way that a crash cannot explain, so entries or promises this voter once acknowledged may be missing (Q41, Q45). The
 * node must not take part in the quorum with this directory. The message says what was found and what the operator can do.
 */
public final class StorageCorruptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What an operator does about a directory that may have forgotten something. */
  private static final String REMEDY = " This controller must not vote with that directory: keep a copy, empty the"
      + " directory, and let the controller rejoin as a new voter; the other controllers hold the log.";

  /** Says what was found; the remedy is added. */
  public StorageCorruptionException(String found) {
    super(found + REMEDY);
  }
}
