package io.ottla.broker.log;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.MalformedBatchException;
import java.io.IOException;

/** Finds whole batches in a view of a log (P5: index, then scan to the exact offset). Stateless, any thread. */
final class LogReader {
  /** Whether a batch larger than the byte limit may be returned alone, so that a reader always gets on. */
  enum FirstBatch {
    ALWAYS, IF_IT_FITS
  }

  private LogReader() {
  }

  /** See {@link PartitionLog#read}. Throws {@link MalformedBatchException} if what is stored is no batch. */
  static LogSlice read(LogView view, long startOffset, int maxBytes, long upTo, FirstBatch first) throws IOException {
    checkRange(view, startOffset);
    long limit = Math.min(upTo, view.logEndOffset());
    if (startOffset >= limit) {
      return LogSlice.empty(startOffset);
    }
    int i = view.segmentOf(startOffset);
    Segment segment = view.segments()[i];
    BatchWalk walk = segment.walkTo(startOffset, view.sizeOf(i));
    if (walk.problem() != null || walk.lastOffset() < startOffset) {
      throw new MalformedBatchException("no batch with offset " + startOffset + " in " + segment.file().name() + ": "
          + walk.problem());
    }
    boolean fits = walk.size() <= maxBytes || first == FirstBatch.ALWAYS;
    if (walk.lastOffset() >= limit || !fits) {
      return LogSlice.empty(startOffset);
    }
    return extend(view, i, walk, maxBytes, limit);
  }

  private static void checkRange(LogView view, long startOffset) {
    if (startOffset < view.logStartOffset()) {
      throw new OttlaException(ErrorCode.OFFSET_TRIMMED, "offset " + startOffset + " is below the log start "
          + view.logStartOffset());
    }
    if (startOffset > view.logEndOffset()) {
      throw new OttlaException(ErrorCode.OFFSET_OUT_OF_RANGE, "offset " + startOffset + " is above the log end "
          + view.logEndOffset());
    }
  }

  /** Takes more batches after the first one, as long as both limits hold. */
  private static LogSlice extend(LogView view, int i, BatchWalk first, int maxBytes, long limit) throws IOException {
    Segment segment = view.segments()[i];
    BatchWalk walk = first;
    long from = walk.position();
    long base = walk.baseOffset();
    int segmentSize = view.sizeOf(i);
    if (limit >= view.endOf(i) && segmentSize - from <= maxBytes) {
      return new LogSlice(segment.file(), from, (int) (segmentSize - from), base, view.endOf(i),
          view.generation());
    }
    long end = walk.endPosition();
    long next = walk.lastOffset() + 1;
    BatchWalk ahead = segment.walkAhead(limit, from + maxBytes, segmentSize);
    boolean more;
    if (ahead != null && ahead.position() > from) {
      walk = ahead;
      end = ahead.position();
      next = ahead.baseOffset();
      more = true;
    } else {
      more = walk.next();
    }
    while (more && walk.lastOffset() < limit && walk.endPosition() - from <= maxBytes) {
      end = walk.endPosition();
      next = walk.lastOffset() + 1;
      more = walk.next();
    }
    if (walk.problem() != null) {
      throw new MalformedBatchException(walk.problem() + " in " + segment.file().name());
    }
    return new LogSlice(segment.file(), from, (int) (end - from), base, next, view.generation());
  }
}
