package io.ottla.cli.produce;

/** What an input line is. */
public enum InputFormat {
  /** JSON when the first line is a JSON object or array, else text. */
  AUTO,
  /** The line's bytes are the value. */
  TEXT,
  /** One JSON value a line. */
  JSON,
  /** A record as {@code consume} prints it. */
  RECORD
}
