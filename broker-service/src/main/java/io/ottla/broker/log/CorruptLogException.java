package io.ottla.broker.log;

import java.io.IOException;

/** A log's files can be read, but are not what was written: its batches do not follow one another as they must (P43). */
final class CorruptLogException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptLogException(String message) {
    super(message);
  }
}
