package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Segments that left the log. Their files are renamed at once, so that no start takes them for the log's, and stay open for readers still in
 * them until the delay is over. Safe for concurrent use.
 */
final class RetiredSegments {
  private static final long NOT_YET_SEEN = -1;

  private static final class Retired {
    private final Segment segment;
    private long sinceMs = NOT_YET_SEEN;

    Retired(Segment segment) {
      this.segment = segment;
    }
  }

  private final List<Retired> waiting = new ArrayList<>();

  /** Takes over a segment whose files have been renamed. */
  synchronized void add(Segment segment) {
    waiting.add(new Retired(segment));
  }

  /** Number of segments whose files are still there. */
  synchronized int count() {
    return waiting.size();
  }

  /** Removes the files of those that have been here for the delay, by the clock of the calls to this method. */
  synchronized void removeOld(PartitionDirectory directory, long delayMs, long nowMs) throws IOException {
    for (Iterator<Retired> all = waiting.iterator(); all.hasNext();) {
      Retired one = all.next();
      if (one.sinceMs == NOT_YET_SEEN) {
        one.sinceMs = nowMs;
      }
      if (nowMs - one.sinceMs >= delayMs) {
        one.segment.delete(directory);
        all.remove();
      }
    }
  }

  /** Closes the files; the next start removes them. */
  synchronized void close() throws IOException {
    for (Retired one : waiting) {
      one.segment.close();
    }
    waiting.clear();
  }
}
