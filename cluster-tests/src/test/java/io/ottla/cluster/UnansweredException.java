package io.ottla.cluster;

/** A node gave no answer, or not the one a status or read call needs; asking again later may help. */
final class UnansweredException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnansweredException(String message) {
    super(message);
  }

  UnansweredException(String message, Throwable cause) {
    super(message, cause);
  }
}
