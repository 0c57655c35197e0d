package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What a cleaner makes of batches. Offsets never change: a batch that lost records still covers the range it covered, and where whole batches
 * went an empty one says so, so that batches follow one another without a hole. Results have a checksum of their own. Stateless.
 */
public final class BatchCleaning {
  private BatchCleaning() {
  }

  /** An empty batch, of no producer, that stands for offsets without records. */
  public static ByteBuffer vacancy(long baseOffset, long lastOffset, int leaderEpoch) {
    ByteBuffer batch = ByteBuffer.allocate(BatchFormat.RECORDS);
    batch.putLong(BatchFormat.BASE_OFFSET, baseOffset);
    batch.putInt(BatchFormat.LENGTH, BatchFormat.RECORDS - BatchFormat.LENGTH_PREFIX);
    batch.putInt(BatchFormat.PARTITION_LEADER_EPOCH, leaderEpoch);
    batch.put(BatchFormat.MAGIC, BatchFormat.MAGIC_V2);
    batch.putInt(BatchFormat.LAST_OFFSET_DELTA, Math.toIntExact(lastOffset - baseOffset));
    batch.putLong(BatchFormat.BASE_TIMESTAMP, -1);
    batch.putLong(BatchFormat.MAX_TIMESTAMP, -1);
    batch.putLong(BatchFormat.PRODUCER_ID, -1);
    batch.putShort(BatchFormat.PRODUCER_EPOCH, (short) -1);
    batch.putInt(BatchFormat.BASE_SEQUENCE, -1);
    return sealed(batch);
  }

  /** Whether the sound batch at {@code at} only stands for offsets without records. */
  public static boolean isVacancy(ByteBuffer buffer, int at) {
    return isVacancy(new RecordBatch(buffer, at));
  }

  /** Whether a batch only stands for offsets without records. */
  public static boolean isVacancy(RecordBatch batch) {
    return batch.count() == 0 && batch.producerId() < 0 && !batch.isControl();
  }

  /**
   * Lets a vacancy begin later, in place: a log that ends inside it takes the rest. The end of any log is the end of a batch as it was once
   * produced, so no batch with records is ever cut like this.
   */
  public static void beginAt(ByteBuffer buffer, int at, long baseOffset) {
    long last = BatchFormat.lastOffset(buffer, at);
    buffer.putLong(at + BatchFormat.BASE_OFFSET, baseOffset);
    buffer.putInt(at + BatchFormat.LAST_OFFSET_DELTA, Math.toIntExact(last - baseOffset));
    buffer.putInt(at + BatchFormat.CRC, BatchFormat.computeCrc(buffer, at));
  }

  /** The batch without its records: its producer, sequence, epoch and range stay known (P38). */
  public static ByteBuffer emptied(RecordBatch batch) {
    ByteBuffer empty = ByteBuffer.allocate(BatchFormat.RECORDS);
    empty.put(0, batch.bytes(), 0, BatchFormat.RECORDS);
    empty.putInt(BatchFormat.LENGTH, BatchFormat.RECORDS - BatchFormat.LENGTH_PREFIX);
    int attributes = BatchFormat.attributes(empty, 0) & ~BatchFormat.COMPRESSION_MASK & ~BatchFormat.DELETE_HORIZON_BIT;
    empty.putShort(BatchFormat.ATTRIBUTES, (short) attributes);
    empty.putLong(BatchFormat.BASE_TIMESTAMP, batch.maxTimestamp());
    empty.putInt(BatchFormat.COUNT, 0);
    return sealed(empty);
  }

  /**
   * The batch with some of its records, their offsets, times and compression as they were.
   *
   * @param kept by index in the batch; at least one
   * @param deleteHorizonMs the horizon the result gets, -1 for none
   */
  public static ByteBuffer retained(RecordBatch batch, BitSet kept, long deleteHorizonMs) {
    long base = deleteHorizonMs >= 0 ? deleteHorizonMs : batch.baseTimestamp();
    byte[] out = new byte[batch.sizeInBytes()];
    int length = 0;
    long max = Long.MIN_VALUE;
    RecordCursor cursor = batch.cursor();
    for (int i = 0; cursor.next(); i++) {
      if (kept.get(i)) {
        long delta = cursor.timestamp() - base;
        int body = 1 + Varint.sizeOfLong(delta) + Varint.sizeOfInt(cursor.offsetDelta()) + cursor.restSize();
        out = withRoom(out, length, Varint.MAX_INT_BYTES + body);
        int at = Varint.putInt(out, length, body);
        out[at++] = 0;
        at = Varint.putInt(out, Varint.putLong(out, at, delta), cursor.offsetDelta());
        cursor.copyRest(out, at);
        length = at + cursor.restSize();
        max = Math.max(max, cursor.timestamp());
      }
    }
    return assemble(batch, Arrays.copyOf(out, length), kept.cardinality(), base, max, deleteHorizonMs >= 0);
  }

  private static byte[] withRoom(byte[] out, int length, int more) {
    return length + more <= out.length ? out : Arrays.copyOf(out, Math.max(length + more, 2 * out.length));
  }

  private static ByteBuffer assemble(RecordBatch batch, byte[] records, int count, long baseTimestamp,
      long maxTimestamp, boolean hasHorizon) {
    ByteBuffer plain = ByteBuffer.allocate(BatchFormat.RECORDS + records.length);
    plain.put(0, batch.bytes(), 0, BatchFormat.RECORDS).put(BatchFormat.RECORDS, records);
    plain.putInt(BatchFormat.LENGTH, plain.capacity() - BatchFormat.LENGTH_PREFIX);
    int kept = BatchFormat.attributes(plain, 0) & ~BatchFormat.COMPRESSION_MASK & ~BatchFormat.DELETE_HORIZON_BIT;
    plain.putShort(BatchFormat.ATTRIBUTES, (short) (kept | (hasHorizon ? BatchFormat.DELETE_HORIZON_BIT : 0)));
    plain.putLong(BatchFormat.BASE_TIMESTAMP, baseTimestamp);
    plain.putLong(BatchFormat.MAX_TIMESTAMP, maxTimestamp);
    plain.putInt(BatchFormat.COUNT, count);
    return BatchCompression.recompress(sealed(plain), batch.compression());
  }

  private static ByteBuffer sealed(ByteBuffer batch) {
    batch.putInt(BatchFormat.CRC, BatchFormat.computeCrc(batch, 0));
    return batch;
  }
}
