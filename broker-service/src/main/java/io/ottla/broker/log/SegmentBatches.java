package io.ottla.broker.log;

import io.ottla.common.record.MalformedBatchException;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the batches of a sealed segment one after another, every checksum verified. One thread. */
final class SegmentBatches {
  private final Segment segment;
  private final BatchWalk walk;
  private ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

  SegmentBatches(Segment segment) {
    this.segment = segment;
    this.walk = new BatchWalk(segment.file(), 0, segment.size());
  }

  /** The next batch, valid until the one after it is asked for; null at the end. */
  @Nullable
  RecordBatch next() throws IOException {
    if (!walk.next()) {
      if (walk.problem() != null) {
        throw new MalformedBatchException(walk.problem() + " in " + segment.file().name());
      }
      return null;
    }
    if (buffer.capacity() < walk.size()) {
      buffer = ByteBuffer.allocate(walk.size());
    }
    buffer.clear().limit(walk.size());
    int read = segment.file().read(buffer, walk.position());
    if (read < walk.size()) {
      throw new IOException("read " + read + " of " + walk.size() + " bytes of the batch at " + walk.baseOffset());
    }
    return RecordBatches.verified(buffer.flip()).getFirst();
  }
}
