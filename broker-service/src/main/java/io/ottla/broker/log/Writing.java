package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.common.record.BatchFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The segments an append in progress has come to; nothing of it is visible until the log publishes it. One use, the appending thread. */
final class Writing {
  private final PartitionDirectory directory;
  private final LogConfig config;
  private Segment[] segments;
  private long forcedOffset = -1;

  Writing(PartitionDirectory directory, LogConfig config, LogView before) {
    this.directory = directory;
    this.config = config;
    this.segments = before.segments();
  }

  /** All segments, new ones included. */
  Segment[] segments() {
    return segments;
  }

  /** Everything below it was forced by a roll; -1 if there was none. */
  long forcedOffset() {
    return forcedOffset;
  }

  /** Writes runs of batches that fit into one segment with one call each; returns the number of batches. */
  int writeAll(ByteBuffer batches) throws IOException {
    int count = 0;
    int at = batches.position();
    while (at < batches.limit()) {
      Segment active = segments[segments.length - 1];
      int runEnd = runEnd(active, batches, at);
      if (runEnd == at) {
        roll();
      } else {
        count += active.append(batches.duplicate().position(at).limit(runEnd), config.indexIntervalBytes());
        at = runEnd;
      }
    }
    return count;
  }

  /** Where the batches end that still belong to the segment (P4). An empty segment takes any one batch. */
  private int runEnd(Segment active, ByteBuffer batches, int from) throws IOException {
    if (active.size() > 0 && active.hasFullIndex(config.segmentIndexBytes())) {
      return from;
    }
    int runEnd = active.size() == 0 ? from + BatchFormat.sizeInBytes(batches, from) : from;
    long first = active.size() == 0 ? BatchFormat.maxTimestamp(batches, from) : active.firstTimestamp();
    while (runEnd < batches.limit() && BatchFormat.maxTimestamp(batches, runEnd) - first <= config.segmentMs()
        && active.hasRoomFor((long) runEnd - from + BatchFormat.sizeInBytes(batches, runEnd),
            BatchFormat.lastOffset(batches, runEnd), config.segmentBytes())) {
      runEnd += BatchFormat.sizeInBytes(batches, runEnd);
    }
    return runEnd;
  }

  /** P4: the full segment is durable, and so is the new one's existence, before the new one is used. */
  void roll() throws IOException {
    Segment full = segments[segments.length - 1];
    full.completeTimes();
    full.seal();
    forcedOffset = full.nextOffset();
    Segment next = Segment.create(directory, full.nextOffset());
    segments = Arrays.copyOf(segments, segments.length + 1);
    segments[segments.length - 1] = next;
    directory.force();
  }
}
