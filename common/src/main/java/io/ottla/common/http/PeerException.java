package io.ottla.common.http;

import java.io.IOException;

/** A call to a peer that brought no answer. */
public final class PeerException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean sent;
  private final boolean refused;

  private PeerException(boolean sent, boolean refused, String message, Throwable cause) {
    super(message, cause);
    this.sent = sent;
    this.refused = refused;
  }

  /** There was no connection to send the request on. */
  static PeerException notSent(boolean refused, String message, Throwable cause) {
    return new PeerException(false, refused, message, cause);
  }

  /** The request was sent, or nobody knows. */
  static PeerException unanswered(String message, Throwable cause) {
    return new PeerException(true, false, message, cause);
  }

  /** False when the peer certainly never saw the request (no connection); true when it may have acted on it. */
  public boolean mayHaveBeenSent() {
    return sent;
  }

  /** True when the connection was refused: nobody listens there. Costs no time, and trying elsewhere costs nothing either. */
  public boolean wasRefused() {
    return refused;
  }
}
