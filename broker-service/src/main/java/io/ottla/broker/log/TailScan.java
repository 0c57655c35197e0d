package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.BatchValidator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the batches of the last segment in full and finds the first one that is not sound (P42). One use, one thread. */
final class TailScan {
  private static final int CHUNK_BYTES = 1024 * 1024;

  private final Segment segment;
  private final int fileSize;
  private ByteBuffer chunk = ByteBuffer.allocate(0);
  private int chunkAt;
  private int position;
  private long nextOffset;
  private int epoch = -1;
  private @Nullable String problem;
  private List<EpochEntry> epochs = List.of();

  /** Scans from the batch at {@code position}, whose first offset is {@code nextOffset}. */
  TailScan(Segment segment, int position, long nextOffset) {
    this.segment = segment;
    this.fileSize = segment.size();
    this.position = position;
    this.nextOffset = nextOffset;
  }

  /** Scans to the end, with index entries on the way. */
  void run(int indexIntervalBytes) throws IOException {
    while (position < fileSize && isSound()) {
      int at = position - chunkAt;
      int size = BatchFormat.sizeInBytes(chunk, at);
      long last = BatchFormat.lastOffset(chunk, at);
      segment.indexBatch(last, Segment.latestRecord(chunk, at), position, size, indexIntervalBytes);
      epoch = BatchFormat.partitionLeaderEpoch(chunk, at);
      epochs = LeaderEpochCache.with(epochs, epoch, nextOffset);
      nextOffset = last + 1;
      position += size;
    }
  }

  private boolean isSound() throws IOException {
    fill(BatchFormat.RECORDS);
    problem = BatchValidator.headerProblem(chunk, position - chunkAt, chunk.limit());
    if (problem == null) {
      fill(BatchFormat.sizeInBytes(chunk, position - chunkAt));
      problem = BatchValidator.problem(chunk, position - chunkAt, chunk.limit());
    }
    if (problem == null && BatchFormat.baseOffset(chunk, position - chunkAt) != nextOffset) {
      problem = "batch at offset " + BatchFormat.baseOffset(chunk, position - chunkAt) + " stands where " + nextOffset
          + " should";
    }
    if (problem == null && BatchFormat.partitionLeaderEpoch(chunk, position - chunkAt) < epoch) {
      problem = "leader epoch falls from " + epoch;
    }
    return problem == null;
  }

  /** Makes {@code bytes} from the position on available, or as many as the file has. */
  private void fill(int bytes) throws IOException {
    int wanted = Math.min(bytes, fileSize - position);
    if (position - chunkAt + wanted <= chunk.limit()) {
      return;
    }
    int size = Math.min(fileSize - position, Math.max(wanted, CHUNK_BYTES));
    if (chunk.capacity() < size) {
      chunk = ByteBuffer.allocate(size);
    }
    chunk.clear().limit(size);
    SegmentFile file = segment.file();
    file.read(chunk, position);
    chunk.flip();
    chunkAt = position;
  }

  /** Where the sound part ends. */
  int position() {
    return position;
  }

  /** Offset after the last sound batch. */
  long nextOffset() {
    return nextOffset;
  }

  /** Why the scan ended before the end of the file, or null if it did not. */
  @Nullable
  String problem() {
    return problem;
  }

  /** Where epochs change in the part scanned, its first one included. */
  List<EpochEntry> epochs() {
    return epochs;
  }
}
