package io.ottla.common.http;

import java.io.IOException;

/** A call to a peer that brought no answer. */
public final class PeerException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean sent;

  PeerException(boolean sent, String message, Throwable cause) {
    super(message, cause);
    this.sent = sent;
  }

  /** False when the peer certainly never saw the request (no connection); true when it may have acted on it. */
  public boolean mayHaveBeenSent() {
    return sent;
  }
}
