package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of one batch without making an object per record; those of a compressed batch are all decompressed first. Checks that
 * every field stays within its record and
 * every record within its batch; anything else is a {@link MalformedBatchException}. One thread; the batch's bytes must not change meanwhile.
 */
public final class RecordCursor {
  private static final int NULL_SIZE = -1;

  private final ByteBuffer records;
  private final long baseOffset;
  private final long baseTimestamp;
  /** Set when the broker gave all records the batch's largest timestamp. */
  private final boolean appendTime;
  private final long maxTimestamp;
  private final int count;
  private int index = -1;
  private int offsetDelta;
  private long timestampDelta;
  private int keySize;
  private int keyAt;
  private int valueSize;
  private int valueAt;
  private int headerCount;
  private int headersAt;
  private int restAt;
  private int end;

  RecordCursor(ByteBuffer buffer, int at) {
    Compression compression = Compression.ofAttributes(BatchFormat.attributes(buffer, at));
    ByteBuffer stored = buffer.slice(at + BatchFormat.RECORDS,
        BatchFormat.sizeInBytes(buffer, at) - BatchFormat.RECORDS);
    records = compression == Compression.NONE ? stored
        : RecordCodec.decompress(compression, stored, Compression.MAX_UNCOMPRESSED_BYTES);
    baseOffset = BatchFormat.baseOffset(buffer, at);
    baseTimestamp = buffer.getLong(at + BatchFormat.BASE_TIMESTAMP);
    appendTime = (BatchFormat.attributes(buffer, at) & BatchFormat.LOG_APPEND_TIME_BIT) != 0;
    maxTimestamp = BatchFormat.maxTimestamp(buffer, at);
    count = BatchFormat.count(buffer, at);
  }

  /** Moves to the next record; false after the last. The last call also checks that no bytes are left over. */
  public boolean next() {
    if (index + 1 >= count) {
      require(!records.hasRemaining(), "bytes follow the last record");
      return false;
    }
    index++;
    int size = Varint.readInt(records);
    require(size >= 0 && size <= records.remaining(), "record size runs past the batch");
    end = records.position() + size;
    require(size > 0, "record is empty");
    records.get();
    timestampDelta = Varint.readLong(records);
    offsetDelta = Varint.readInt(records);
    restAt = records.position();
    keySize = readSize();
    keyAt = skip(keySize);
    valueSize = readSize();
    valueAt = skip(valueSize);
    headerCount = Varint.readInt(records);
    headersAt = records.position();
    require(headerCount >= 0, "header count is negative");
    for (int i = 0; i < headerCount; i++) {
      int headerKeySize = readSize();
      require(headerKeySize >= 0, "header key is null");
      skip(headerKeySize);
      skip(readSize());
    }
    require(records.position() == end, "record does not end where its size says");
    return true;
  }

  /** Offset within the batch. */
  public int offsetDelta() {
    return offsetDelta;
  }

  /** Offset in the partition. */
  public long offset() {
    return baseOffset + offsetDelta;
  }

  /** Milliseconds since 1970, -1 for none. */
  public long timestamp() {
    return appendTime ? maxTimestamp : baseTimestamp + timestampDelta;
  }

  /** Bytes of the key, -1 for null. */
  public int keySize() {
    return keySize;
  }

  /** Bytes of the value, -1 for null. */
  public int valueSize() {
    return valueSize;
  }

  /** A copy of the key. */
  public byte @Nullable [] key() {
    return copy(keyAt, keySize);
  }

  /** A copy of the value. */
  public byte @Nullable [] value() {
    return copy(valueAt, valueSize);
  }

  /** Copies of the headers, in order. */
  public List<Header> headers() {
    if (headerCount == 0) {
      return List.of();
    }
    List<Header> headers = new ArrayList<>(headerCount);
    ByteBuffer source = records.duplicate().position(headersAt);
    for (int i = 0; i < headerCount; i++) {
      byte[] key = new byte[Varint.readInt(source)];
      source.get(key);
      int size = Varint.readInt(source);
      byte[] value = size < 0 ? null : new byte[size];
      if (value != null) {
        source.get(value);
      }
      headers.add(new Header(new String(key, StandardCharsets.UTF_8), value));
    }
    return headers;
  }

  /** The record as an object of its own. */
  public Record record() {
    return new Record(offset(), timestamp(), key(), value(), headers());
  }

  /** Bytes of key, value and headers with their sizes: what does not depend on the record's place and time. */
  int restSize() {
    return end - restAt;
  }

  /** Copies those bytes. */
  void copyRest(byte[] target, int at) {
    records.get(restAt, target, at, restSize());
  }

  private int readSize() {
    int size = Varint.readInt(records);
    require(size >= NULL_SIZE && size <= end - records.position(), "a field runs past its record");
    return size;
  }

  private int skip(int size) {
    int at = records.position();
    records.position(at + Math.max(size, 0));
    return at;
  }

  private byte @Nullable [] copy(int at, int size) {
    if (size < 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    records.get(at, bytes);
    return bytes;
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      throw new MalformedBatchException(problem + " (batch at offset " + baseOffset + ", record " + index + ")");
    }
  }
}
