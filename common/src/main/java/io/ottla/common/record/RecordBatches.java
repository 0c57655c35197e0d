package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Whole batches one after another, as they lie in a segment, a fetch answer or a produce request. Stateless. */
public final class RecordBatches {
  private RecordBatches() {
  }

  /**
   * Views of the batches between the buffer's position and limit, every checksum verified (I32). The buffer's position stays.
   *
   * @throws MalformedBatchException if the bytes are anything but whole, sound batches
   */
  public static List<RecordBatch> verified(ByteBuffer buffer) {
    List<RecordBatch> batches = new ArrayList<>();
    int at = buffer.position();
    while (at < buffer.limit()) {
      String problem = BatchValidator.problem(buffer, at, buffer.limit());
      if (problem != null) {
        throw new MalformedBatchException(problem);
      }
      batches.add(new RecordBatch(buffer, at));
      at += BatchFormat.sizeInBytes(buffer, at);
    }
    return batches;
  }

  /**
   * Checks that whole, sound batches lie between the buffer's position and limit, every checksum included (I32). The buffer's position stays.
   *
   * @throws MalformedBatchException if there is anything else
   */
  public static void verify(ByteBuffer buffer) {
    int at = buffer.position();
    while (at < buffer.limit()) {
      String problem = BatchValidator.problem(buffer, at, buffer.limit());
      if (problem != null) {
        throw new MalformedBatchException(problem);
      }
      at += BatchFormat.sizeInBytes(buffer, at);
    }
  }

  /**
   * The records with offsets in {@code [fromOffset, toOffset)} of the batches between the buffer's position and limit, checksums verified:
   * a read begins at a batch's start and may end beyond what a reader may see, so both ends are trimmed here.
   *
   * @throws MalformedBatchException if the bytes are anything but whole, sound batches
   */
  public static List<Record> records(ByteBuffer buffer, long fromOffset, long toOffset) {
    List<Record> records = new ArrayList<>();
    for (RecordBatch batch : verified(buffer)) {
      if (batch.isControl()) {
        continue;
      }
      RecordCursor cursor = batch.cursor();
      while (cursor.next()) {
        if (cursor.offset() >= fromOffset && cursor.offset() < toOffset) {
          records.add(cursor.record());
        }
      }
    }
    return records;
  }
}
