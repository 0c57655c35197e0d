package io.ottla.broker.log;

import io.ottla.broker.log.port.CheckpointDirectory;
import java.io.IOException;
import java.util.List;

/**
 * Up to where a log was cleaned. A hint that errs on the low side: what is cleaned again is none the worse. Changed by the appending thread,
 * read by any.
 */
final class CleanerPoint {
  private static final String FILE = "cleaner-checkpoint";
  private static final String KIND = "cleaner";

  private final CheckpointDirectory directory;
  private volatile long offset;

  private CleanerPoint(CheckpointDirectory directory, long offset) {
    this.directory = directory;
    this.offset = offset;
  }

  static CleanerPoint load(CheckpointDirectory directory, long logEndOffset) throws IOException {
    List<String> lines = CheckpointText.decode(KIND, directory.readCheckpoint(FILE));
    return new CleanerPoint(directory, lines == null ? 0 : Math.min(logEndOffset, Long.parseLong(lines.getFirst())));
  }

  /** First offset that was not cleaned. */
  long offset() {
    return offset;
  }

  /** A cleaning has come this far; durable on return. */
  void moveTo(long newOffset) throws IOException {
    write(newOffset);
  }

  /** What is written from here on is not clean; durable on return. */
  void lower(long newOffset) throws IOException {
    if (newOffset < offset) {
      write(newOffset);
    }
  }

  private void write(long newOffset) throws IOException {
    directory.writeCheckpoint(FILE, CheckpointText.encode(KIND, List.of(Long.toString(newOffset))));
    offset = newOffset;
  }
}
