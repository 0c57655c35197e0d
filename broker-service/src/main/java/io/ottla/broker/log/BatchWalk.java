package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.BatchValidator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Walks the batch headers of a segment without reading the records. Stops at the end or at the first impossible header. One thread. */
final class BatchWalk {
  private static final int CHUNK_BYTES = 4096 + BatchFormat.RECORDS;

  private final SegmentFile file;
  private final long end;
  private final ByteBuffer chunk;
  private long chunkAt;
  private long position;
  private int size;
  private int header;
  private @Nullable String problem;

  /** Starts before the batch at {@code from}; batches end at or before {@code end}. */
  BatchWalk(SegmentFile file, long from, long end) {
    this.file = file;
    this.end = end;
    this.chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, Math.max(0, end - from)));
    this.chunk.limit(0);
    this.chunkAt = from;
    this.position = from;
  }

  /** Moves to the next batch; false at the end or at a {@link #problem}. */
  boolean next() throws IOException {
    long next = position + size;
    if (next >= end || problem != null) {
      return false;
    }
    fill(next);
    header = (int) (next - chunkAt);
    problem = BatchValidator.headerProblem(chunk, header, chunk.limit());
    if (problem == null && next + BatchFormat.sizeInBytes(chunk, header) > end) {
      problem = "batch of " + BatchFormat.sizeInBytes(chunk, header) + " bytes runs past " + end;
    }
    if (problem != null) {
      problem += " at position " + next;
      return false;
    }
    position = next;
    size = BatchFormat.sizeInBytes(chunk, header);
    return true;
  }

  /** Moves to the last batch, or to before the first {@link #problem}. */
  void toEnd() throws IOException {
    boolean more = true;
    while (more) {
      more = next();
    }
  }

  private void fill(long at) throws IOException {
    long chunkEnd = chunkAt + chunk.limit();
    if (at >= chunkAt && (at + BatchFormat.RECORDS <= chunkEnd || chunkEnd == end)) {
      return;
    }
    chunk.clear();
    chunk.limit((int) Math.min(chunk.capacity(), end - at));
    file.read(chunk, at);
    chunk.flip();
    chunkAt = at;
  }

  /** What is wrong where the walk stopped, or null if it is not at a bad place. */
  @Nullable
  String problem() {
    return problem;
  }

  /** Position of the current batch. */
  long position() {
    return position;
  }

  /** Bytes of the current batch. */
  int size() {
    return size;
  }

  /** Position after the current batch. */
  long endPosition() {
    return position + size;
  }

  long baseOffset() {
    return BatchFormat.baseOffset(chunk, header);
  }

  long lastOffset() {
    return BatchFormat.lastOffset(chunk, header);
  }

  long producerId() {
    return BatchFormat.producerId(chunk, header);
  }

  /** The current batch's producer, or null. */
  @Nullable
  ProducerHeader producer() {
    return ProducerHeader.of(chunk, header);
  }

  int count() {
    return BatchFormat.count(chunk, header);
  }

  long maxTimestamp() {
    return BatchFormat.maxTimestamp(chunk, header);
  }

  /** Largest timestamp of the current batch's records; see {@link Segment#latestRecord}. */
  long latestRecord() {
    return Segment.latestRecord(chunk, header);
  }

  int epoch() {
    return BatchFormat.partitionLeaderEpoch(chunk, header);
  }
}
