package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes records into one batch, ready for a leader to stamp. Reusable after {@link #reset}; not thread-safe. Adding a record
 * makes no garbage but the header keys' bytes.
 */
public final class BatchBuilder {
  private static final long NO_TIMESTAMP = -1;

  private byte[] buffer;
  private int position = BatchFormat.RECORDS;
  private int count;
  private long baseTimestamp = NO_TIMESTAMP;
  private long maxTimestamp = NO_TIMESTAMP;
  private long producerId = -1;
  private short producerEpoch = -1;
  private int baseSequence = -1;

  /** Starts with room for this many bytes; it grows as needed. */
  public BatchBuilder(int initialCapacity) {
    buffer = new byte[Math.max(initialCapacity, 2 * BatchFormat.RECORDS)];
  }

  /** Forgets the records added so far. Buffers returned by {@link #build} are copies and stay as they are. */
  public void reset() {
    position = BatchFormat.RECORDS;
    count = 0;
    baseTimestamp = NO_TIMESTAMP;
    maxTimestamp = NO_TIMESTAMP;
    producerId = -1;
    producerEpoch = -1;
    baseSequence = -1;
  }

  /** Makes the batch one of an idempotent producer (P37). */
  public void producer(long id, short epoch, int sequence) {
    producerId = id;
    producerEpoch = epoch;
    baseSequence = sequence;
  }

  /** Number of records added. */
  public int count() {
    return count;
  }

  /** Bytes the batch takes as it stands. */
  public int sizeInBytes() {
    return position;
  }

  /** The most a record can add to a batch, for deciding beforehand whether it still fits. */
  public static long maxRecordSize(byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    long size = 5L * Varint.MAX_INT_BYTES + Varint.MAX_LONG_BYTES + 1 + length(key) + length(value);
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      size += 2L * Varint.MAX_INT_BYTES + 3L * header.key().length() + length(header.value());
    }
    return size;
  }

  /**
   * Appends a record.
   *
   * @param timestamp milliseconds since 1970, not negative
   */
  public void add(long timestamp, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    if (timestamp < 0) {
      throw new IllegalArgumentException("timestamp " + timestamp + " is negative");
    }
    if (count == 0) {
      baseTimestamp = timestamp;
    }
    long timestampDelta = timestamp - baseTimestamp;
    byte[][] headerKeys = headerKeys(headers);
    int bodySize = bodySize(timestampDelta, count, key, value, headers, headerKeys);
    ensureRoom(Varint.MAX_INT_BYTES + bodySize);
    int at = Varint.putInt(buffer, position, bodySize);
    buffer[at++] = 0;
    at = Varint.putLong(buffer, at, timestampDelta);
    at = Varint.putInt(buffer, at, count);
    at = putBytes(at, key);
    at = putBytes(at, value);
    at = Varint.putInt(buffer, at, headers.size());
    for (int i = 0; i < headerKeys.length; i++) {
      at = putBytes(at, headerKeys[i]);
      at = putBytes(at, headers.get(i).value());
    }
    position = at;
    count++;
    maxTimestamp = Math.max(maxTimestamp, timestamp);
  }

  /** Like {@link #build()}, with the records compressed; uncompressed if that would be larger. */
  public ByteBuffer build(Compression compression) {
    ByteBuffer plain = build();
    return compression == Compression.NONE ? plain : BatchCompression.recompress(plain, compression);
  }

  /** The batch with base offset 0 and no leader epoch, in a buffer of its own. At least one record must have been added. */
  public ByteBuffer build() {
    if (count == 0) {
      throw new IllegalStateException("a batch holds at least one record");
    }
    ByteBuffer batch = ByteBuffer.wrap(Arrays.copyOf(buffer, position));
    batch.putLong(BatchFormat.BASE_OFFSET, 0);
    batch.putInt(BatchFormat.LENGTH, position - BatchFormat.LENGTH_PREFIX);
    batch.putInt(BatchFormat.PARTITION_LEADER_EPOCH, -1);
    batch.put(BatchFormat.MAGIC, BatchFormat.MAGIC_V2);
    batch.putShort(BatchFormat.ATTRIBUTES, (short) 0);
    batch.putInt(BatchFormat.LAST_OFFSET_DELTA, count - 1);
    batch.putLong(BatchFormat.BASE_TIMESTAMP, baseTimestamp);
    batch.putLong(BatchFormat.MAX_TIMESTAMP, maxTimestamp);
    batch.putLong(BatchFormat.PRODUCER_ID, producerId);
    batch.putShort(BatchFormat.PRODUCER_EPOCH, producerEpoch);
    batch.putInt(BatchFormat.BASE_SEQUENCE, baseSequence);
    batch.putInt(BatchFormat.COUNT, count);
    CRC32C crc = new CRC32C();
    crc.update(batch.array(), BatchFormat.ATTRIBUTES, position - BatchFormat.ATTRIBUTES);
    batch.putInt(BatchFormat.CRC, (int) crc.getValue());
    return batch;
  }

  private static byte[][] headerKeys(List<Header> headers) {
    byte[][] keys = headers.isEmpty() ? NO_KEYS : new byte[headers.size()][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = headers.get(i).key().getBytes(StandardCharsets.UTF_8);
    }
    return keys;
  }

  private static int bodySize(long timestampDelta, int offsetDelta, byte @Nullable [] key, byte @Nullable [] value,
      List<Header> headers, byte[][] headerKeys) {
    long size = 1L + Varint.sizeOfLong(timestampDelta) + Varint.sizeOfInt(offsetDelta) + sizeOf(key) + sizeOf(value)
        + Varint.sizeOfInt(headers.size());
    for (int i = 0; i < headerKeys.length; i++) {
      size += sizeOf(headerKeys[i]) + sizeOf(headers.get(i).value());
    }
    return Math.toIntExact(size);
  }

  private void ensureRoom(int more) {
    int needed = Math.addExact(position, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * buffer.length)));
    }
  }

  private int putBytes(int at, byte @Nullable [] bytes) {
    if (bytes == null) {
      return Varint.putInt(buffer, at, -1);
    }
    int from = Varint.putInt(buffer, at, bytes.length);
    System.arraycopy(bytes, 0, buffer, from, bytes.length);
    return from + bytes.length;
  }

  private static long sizeOf(byte @Nullable [] bytes) {
    return bytes == null ? 1 : (long) Varint.sizeOfInt(bytes.length) + bytes.length;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static final byte[][] NO_KEYS = {};
}
