package io.ottla.broker.log;

import io.ottla.common.record.MalformedBatchException;
import java.io.IOException;

/**
 * Which segments have had their time (P40): the oldest ones, wholly below the high watermark, as long as each is too old or too much.
 *
 * @param startOffset where the log is to start
 * @param rolled whether that takes the active segment along: all of it is too old, so it is to be rolled first
 */
public record RetentionPlan(long startOffset, boolean rolled) {
  /** Looks at one view of a log. Reads files: what the time index calls old is gone for good, so the batches are asked as well. */
  static RetentionPlan of(LogView view, Retention retention, long highWatermark, long nowMs) throws IOException {
    Segment[] segments = view.segments();
    long start = view.logStartOffset();
    long excess = retention.maxBytes() < 0 ? -1 : view.sizeInBytes() - retention.maxBytes();
    for (int i = 0; i < segments.length; i++) {
      boolean active = i == segments.length - 1;
      boolean committed = view.endOf(i) <= highWatermark;
      boolean tooMuch = !active && excess >= view.sizeOf(i);
      if (!committed || view.sizeOf(i) == 0 || (!tooMuch && !isTooOld(segments[i], view.sizeOf(i), retention, nowMs))) {
        return new RetentionPlan(start, false);
      }
      excess -= view.sizeOf(i);
      start = view.endOf(i);
    }
    return new RetentionPlan(start, segments.length > 0);
  }

  private static boolean isTooOld(Segment segment, int size, Retention retention, long nowMs) throws IOException {
    long latest = segment.largestTimestamp();
    if (retention.maxAgeMs() < 0 || (latest != Segment.NO_TIMESTAMP && nowMs - latest <= retention.maxAgeMs())) {
      return false;
    }
    BatchWalk walk = new BatchWalk(segment.file(), 0, size);
    while (walk.next()) {
      // A record without a time does not age; a batch that a cleaner emptied holds nothing back.
      boolean young = walk.maxTimestamp() == Segment.NO_TIMESTAMP
          ? walk.count() > 0
          : nowMs - walk.maxTimestamp() <= retention.maxAgeMs();
      if (young) {
        return false;
      }
    }
    if (walk.problem() != null) {
      throw new MalformedBatchException(walk.problem() + " in " + segment.file().name());
    }
    return true;
  }
}
