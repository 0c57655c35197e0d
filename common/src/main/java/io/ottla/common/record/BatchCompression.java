package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes how batches are compressed, and nothing else about them. Stateless; never moves a buffer's position. */
public final class BatchCompression {
  private BatchCompression() {
  }

  /**
   * The batches between the buffer's position and limit, all of them compressed as asked: a new buffer, or the same if there is nothing to
   * do. A batch that would become larger, or that is not sound, is left as it is: whoever appends it checks it anyway.
   *
   * @param type not {@link Compression#UNKNOWN}
   */
  public static ByteBuffer recompress(ByteBuffer batches, Compression type) {
    int count = count(batches);
    List<ByteBuffer> changed = new ArrayList<>(count);
    boolean same = true;
    int size = 0;
    int at = batches.position();
    for (int i = 0; i < count; i++) {
      ByteBuffer batch = batches.slice(at, BatchFormat.sizeInBytes(batches, at));
      ByteBuffer smaller = recompressOne(batch, type);
      ByteBuffer next = smaller == null ? batch : smaller;
      same &= smaller == null;
      size += next.remaining();
      changed.add(next);
      at += batch.remaining();
    }
    if (same) {
      return batches;
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    changed.forEach(all::put);
    return all.flip();
  }

  /** Number of batches if they are whole and sound, otherwise 0. */
  private static int count(ByteBuffer batches) {
    int count = 0;
    int at = batches.position();
    while (at < batches.limit()) {
      if (BatchValidator.problem(batches, at, batches.limit()) != null) {
        return 0;
      }
      at += BatchFormat.sizeInBytes(batches, at);
      count++;
    }
    return count;
  }

  /** The batch compressed as asked, or null if it is left as it is. */
  private static @Nullable ByteBuffer recompressOne(ByteBuffer batch, Compression type) {
    Compression before = Compression.ofAttributes(BatchFormat.attributes(batch, 0));
    if (before == type || before == Compression.UNKNOWN) {
      return null;
    }
    try {
      ByteBuffer records = RecordCodec.decompress(before, batch.slice(BatchFormat.RECORDS,
          batch.limit() - BatchFormat.RECORDS), Compression.MAX_UNCOMPRESSED_BYTES);
      return withRecords(batch, type, records);
    } catch (MalformedBatchException e) {
      return null;
    }
  }

  /** The batch with the same header but for what depends on the records' form; null if it would grow. */
  private static @Nullable ByteBuffer withRecords(ByteBuffer batch, Compression type, ByteBuffer records) {
    byte[] body = new byte[records.remaining()];
    records.get(records.position(), body);
    if (type != Compression.NONE) {
      byte[] compressed = RecordCodec.compress(type, body, 0, body.length);
      boolean wasPlain = Compression.ofAttributes(BatchFormat.attributes(batch, 0)) == Compression.NONE;
      if (wasPlain && compressed.length >= body.length) {
        return null;
      }
      body = compressed;
    }
    return assemble(batch, type, body);
  }

  private static ByteBuffer assemble(ByteBuffer header, Compression type, byte[] body) {
    ByteBuffer batch = ByteBuffer.allocate(BatchFormat.RECORDS + body.length);
    batch.put(0, header, 0, BatchFormat.RECORDS).put(BatchFormat.RECORDS, body);
    batch.putInt(BatchFormat.LENGTH, batch.capacity() - BatchFormat.LENGTH_PREFIX);
    int attributes = (BatchFormat.attributes(header, 0) & ~BatchFormat.COMPRESSION_MASK) | type.code();
    batch.putShort(BatchFormat.ATTRIBUTES, (short) attributes);
    batch.putInt(BatchFormat.CRC, BatchFormat.computeCrc(batch, 0));
    return batch;
  }
}
