package io.ottla.broker.log;

import io.ottla.common.record.MalformedBatchException;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first record of a view that is at or after a time. Timestamps need not ascend along a log, so the time index says only from which
 * batch on it is worth looking; from there on batch headers decide, and inside a batch the records. Stateless, any thread.
 */
final class TimestampSearch {
  private TimestampSearch() {
  }

  /** See {@link PartitionLog#offsetForTimestamp}. Throws {@link MalformedBatchException} if what is stored is no batch. */
  static Optional<OffsetAtTimestamp> find(LogView view, long timestamp, long upTo) throws IOException {
    long limit = Math.min(upTo, view.logEndOffset());
    Segment[] segments = view.segments();
    for (int i = 0; i < segments.length && segments[i].baseOffset() < limit; i++) {
      if (segments[i].largestTimestamp() >= timestamp) {
        OffsetAtTimestamp found = findIn(segments[i], view.sizeOf(i), timestamp, view.logStartOffset(), limit);
        if (found != null) {
          return Optional.of(found);
        }
      }
    }
    return Optional.empty();
  }

  private static @Nullable OffsetAtTimestamp findIn(Segment segment, int size, long timestamp,
      long from, long limit) throws IOException {
    BatchWalk walk = segment.walkToTimestamp(timestamp, size);
    boolean more = walk.size() > 0;
    while (more && walk.baseOffset() < limit) {
      if (walk.maxTimestamp() >= timestamp && walk.lastOffset() >= from) {
        OffsetAtTimestamp found = findIn(read(segment, walk), timestamp, from, limit);
        if (found != null) {
          return found;
        }
      }
      more = walk.next();
    }
    if (walk.problem() != null) {
      throw new MalformedBatchException(walk.problem() + " in " + segment.file().name());
    }
    return null;
  }

  private static @Nullable OffsetAtTimestamp findIn(RecordBatch batch, long timestamp,
      long from, long limit) {
    RecordCursor cursor = batch.cursor();
    while (cursor.next() && cursor.offset() < limit) {
      if (cursor.timestamp() >= timestamp && cursor.offset() >= from) {
        return new OffsetAtTimestamp(cursor.offset(), cursor.timestamp(), batch.partitionLeaderEpoch());
      }
    }
    return null;
  }

  private static RecordBatch read(Segment segment, BatchWalk walk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(walk.size());
    int read = segment.file().read(bytes, walk.position());
    if (read < walk.size()) {
      throw new IOException("read " + read + " of " + walk.size() + " bytes of the batch at " + walk.baseOffset());
    }
    return RecordBatches.verified(bytes.flip()).getFirst();
  }
}
