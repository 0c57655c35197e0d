package io.ottla.broker.storage;

import java.io.IOException;

/** A directory can be read, but is not this broker's to use: another process has it, or it belongs elsewhere. No trial will change that. */
public final class ForeignDirectoryException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the directory, and whose it is. */
  public ForeignDirectoryException(String message) {
    super(message);
  }
}
