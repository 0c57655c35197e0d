package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/**
 * A view of one whole batch inside a buffer (P2). Cheap to make, copies nothing, and is valid only as long as the buffer's bytes stay as
 * they are. Iterating decodes the records; {@link #cursor} does so without garbage.
 */
public final class RecordBatch implements Iterable<Record> {
  private final ByteBuffer buffer;
  private final int at;

  /** The caller has checked that a whole batch lies at {@code at}, e.g. with {@link BatchValidator#problem}. */
  RecordBatch(ByteBuffer buffer, int at) {
    this.buffer = buffer;
    this.at = at;
  }

  /** Offset of the first record. */
  public long baseOffset() {
    return BatchFormat.baseOffset(buffer, at);
  }

  /** Offset of the last record. */
  public long lastOffset() {
    return BatchFormat.lastOffset(buffer, at);
  }

  /** Offset of the record after this batch. */
  public long nextOffset() {
    return lastOffset() + 1;
  }

  /** Number of records. */
  public int count() {
    return BatchFormat.count(buffer, at);
  }

  /** Bytes of the whole batch. */
  public int sizeInBytes() {
    return BatchFormat.sizeInBytes(buffer, at);
  }

  /** Epoch of the leader that appended the batch. */
  public int partitionLeaderEpoch() {
    return BatchFormat.partitionLeaderEpoch(buffer, at);
  }

  /** Largest timestamp in the batch, milliseconds since 1970. */
  public long maxTimestamp() {
    return BatchFormat.maxTimestamp(buffer, at);
  }

  /** The time from which on the batch's tombstones may go, if a cleaner has set one. */
  public OptionalLong deleteHorizonMs() {
    return (BatchFormat.attributes(buffer, at) & BatchFormat.DELETE_HORIZON_BIT) == 0
        ? OptionalLong.empty()
        : OptionalLong.of(baseTimestamp());
  }

  /** The timestamp the records' own count from. */
  long baseTimestamp() {
    return buffer.getLong(at + BatchFormat.BASE_TIMESTAMP);
  }

  /** Id of an idempotent producer, or -1. */
  public long producerId() {
    return BatchFormat.producerId(buffer, at);
  }

  /** Epoch of an idempotent producer, or -1. */
  public short producerEpoch() {
    return buffer.getShort(at + BatchFormat.PRODUCER_EPOCH);
  }

  /** Sequence number of the first record, or -1. */
  public int baseSequence() {
    return buffer.getInt(at + BatchFormat.BASE_SEQUENCE);
  }

  /** How the records are compressed. */
  public Compression compression() {
    return Compression.ofAttributes(BatchFormat.attributes(buffer, at));
  }

  /** Whether the batch holds a transaction marker instead of data. */
  public boolean isControl() {
    return (BatchFormat.attributes(buffer, at) & BatchFormat.CONTROL_BIT) != 0;
  }

  /** The batch's bytes as a read-only view. */
  public ByteBuffer bytes() {
    return buffer.slice(at, sizeInBytes()).asReadOnlyBuffer();
  }

  /**
   * Walks the records without making objects.
   *
   * @throws MalformedBatchException if the batch is compressed and cannot be decompressed
   */
  public RecordCursor cursor() {
    return new RecordCursor(buffer, at);
  }

  @Override
  public Iterator<Record> iterator() {
    RecordCursor cursor = cursor();
    return new Iterator<>() {
      private boolean hasNext = cursor.next();

      @Override
      public boolean hasNext() {
        return hasNext;
      }

      @Override
      public Record next() {
        if (!hasNext) {
          throw new NoSuchElementException();
        }
        Record record = cursor.record();
        hasNext = cursor.next();
        return record;
      }
    };
  }

  @Override
  public String toString() {
    return "RecordBatch[" + baseOffset() + ".." + lastOffset() + ", epoch " + partitionLeaderEpoch() + "]";
  }
}
