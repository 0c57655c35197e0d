package io.ottla.cli.produce;

/** Turns one input line into a record. Implementations are immutable. */
interface LineFormat {
  InputRecord parse(long line, byte[] text) throws BadLine;

  /** Whether an empty line means nothing (JSON) or an empty record (text). */
  boolean skipsEmptyLines();
}
