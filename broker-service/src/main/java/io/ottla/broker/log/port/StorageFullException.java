package io.ottla.broker.log.port;

import java.io.IOException;

/** The device has no room for what should be written. Unlike other I/O errors it leaves what is there intact (P44). */
public final class StorageFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Wraps the operating system's error. */
  public StorageFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
