package io.ottla.cli.produce;

/** A line that cannot be made into a record. */
final class BadLine extends Exception {
  private static final long serialVersionUID = 1L;

  BadLine(String reason) {
    super(reason);
  }
}
