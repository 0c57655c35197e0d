package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Where each field of a record batch lies (P2), and how to read and stamp it in place without making an object. Positions are absolute;
 * the buffer's own position and limit are never moved. All fields are big-endian, so buffers must keep their default order.
 *
 * <p>{@code baseOffset} and {@code partitionLeaderEpoch} lie before the checksummed part: the leader stamps them and the checksum the producer
 * computed stays valid. The checksum therefore says nothing about them; {@link BatchValidator} and the log check them by other means.
 */
public final class BatchFormat {
  /** Offset of the first record; i64. */
  public static final int BASE_OFFSET = 0;
  /** Bytes after this field; i32. */
  public static final int LENGTH = 8;
  /** Epoch of the leader that appended the batch; i32. */
  public static final int PARTITION_LEADER_EPOCH = 12;
  /** Always 2; i8. */
  public static final int MAGIC = 16;
  /** CRC32C of everything after this field; u32. */
  public static final int CRC = 17;
  /** Compression in bits 0-2, timestamp type 3, transactional 4, control 5; i16. The checksum starts here. */
  public static final int ATTRIBUTES = 21;
  /** Last offset minus base offset; i32. */
  public static final int LAST_OFFSET_DELTA = 23;
  /** Timestamp the records' deltas count from; i64. */
  public static final int BASE_TIMESTAMP = 27;
  /** Largest timestamp in the batch; i64. */
  public static final int MAX_TIMESTAMP = 35;
  /** Id of an idempotent producer or -1; i64. */
  public static final int PRODUCER_ID = 43;
  /** Epoch of an idempotent producer or -1; i16. */
  public static final int PRODUCER_EPOCH = 51;
  /** Sequence of the first record or -1; i32. */
  public static final int BASE_SEQUENCE = 53;
  /** Number of records; i32. */
  public static final int COUNT = 57;
  /** Where records begin: the size of the header. */
  public static final int RECORDS = 61;

  /** Bytes of the part that says how long the batch is. */
  public static final int LENGTH_PREFIX = 12;
  /** The only version this system writes or reads. */
  public static final byte MAGIC_V2 = 2;
  /** The mask of the compression code in the attributes. */
  public static final int COMPRESSION_MASK = 0x07;
  /** Set when the broker, not the producer, gave the timestamps. */
  public static final int LOG_APPEND_TIME_BIT = 0x08;
  /** Set on batches of a transaction. */
  public static final int TRANSACTIONAL_BIT = 0x10;
  /** Set on transaction markers. */
  public static final int CONTROL_BIT = 0x20;

  /** Set by a cleaner: the base timestamp says from when on the batch's tombstones may go. */
  public static final int DELETE_HORIZON_BIT = 0x40;
  /** Bits a producer has no business with: the cleaner's mark, and those nobody has defined. */
  public static final int UNUSED_BITS = 0xFFC0;

  private BatchFormat() {
  }

  /** Offset of the batch's first record. */
  public static long baseOffset(ByteBuffer buffer, int at) {
    return buffer.getLong(at + BASE_OFFSET);
  }

  /** Bytes of the whole batch, prefix included. May be nonsense in damaged bytes; see {@link #hasPlausibleSize}. */
  public static int sizeInBytes(ByteBuffer buffer, int at) {
    return LENGTH_PREFIX + buffer.getInt(at + LENGTH);
  }

  /** Whether the length field is at least a header's and does not overflow. */
  public static boolean hasPlausibleSize(ByteBuffer buffer, int at) {
    int length = buffer.getInt(at + LENGTH);
    return length >= RECORDS - LENGTH_PREFIX && length <= Integer.MAX_VALUE - LENGTH_PREFIX;
  }

  /** Epoch of the leader that appended the batch. */
  public static int partitionLeaderEpoch(ByteBuffer buffer, int at) {
    return buffer.getInt(at + PARTITION_LEADER_EPOCH);
  }

  /** Format version. */
  public static byte magic(ByteBuffer buffer, int at) {
    return buffer.get(at + MAGIC);
  }

  /** Last offset minus base offset. */
  public static int lastOffsetDelta(ByteBuffer buffer, int at) {
    return buffer.getInt(at + LAST_OFFSET_DELTA);
  }

  /** Offset of the batch's last record. */
  public static long lastOffset(ByteBuffer buffer, int at) {
    return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
  }

  /** Number of records. */
  public static int count(ByteBuffer buffer, int at) {
    return buffer.getInt(at + COUNT);
  }

  /** Largest timestamp in the batch. */
  public static long maxTimestamp(ByteBuffer buffer, int at) {
    return buffer.getLong(at + MAX_TIMESTAMP);
  }

  /** Id of an idempotent producer, or -1. */
  public static long producerId(ByteBuffer buffer, int at) {
    return buffer.getLong(at + PRODUCER_ID);
  }

  /** Epoch of an idempotent producer, or -1. */
  public static short producerEpoch(ByteBuffer buffer, int at) {
    return buffer.getShort(at + PRODUCER_EPOCH);
  }

  /** Sequence of the first record, or -1. */
  public static int baseSequence(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BASE_SEQUENCE);
  }

  /** Whether the bytes up to the limit begin with a whole header, and it names an idempotent producer. */
  public static boolean isIdempotent(ByteBuffer buffer, int at, int limit) {
    return limit - at >= RECORDS && producerId(buffer, at) >= 0;
  }

  /** Attribute bits, unsigned. */
  public static int attributes(ByteBuffer buffer, int at) {
    return buffer.getShort(at + ATTRIBUTES) & 0xFFFF;
  }

  /** What the leader does at append time (P3): both fields lie outside the checksum. */
  public static void stamp(ByteBuffer buffer, int at, long baseOffset, int leaderEpoch) {
    buffer.putLong(at + BASE_OFFSET, baseOffset);
    buffer.putInt(at + PARTITION_LEADER_EPOCH, leaderEpoch);
  }

  /** What an idempotent producer does before it sends a batch (P37). The fields are part of the checksum, which is computed anew. */
  public static void stampProducer(ByteBuffer buffer, int at, long producerId, short producerEpoch, int baseSequence) {
    buffer.putLong(at + PRODUCER_ID, producerId);
    buffer.putShort(at + PRODUCER_EPOCH, producerEpoch);
    buffer.putInt(at + BASE_SEQUENCE, baseSequence);
    buffer.putInt(at + CRC, computeCrc(buffer, at));
  }

  /** Checksum of the batch's bytes as they are. The whole batch must lie within the buffer. */
  public static int computeCrc(ByteBuffer buffer, int at) {
    CRC32C crc = new CRC32C();
    int length = sizeInBytes(buffer, at) - ATTRIBUTES;
    if (buffer.hasArray()) {
      crc.update(buffer.array(), buffer.arrayOffset() + at + ATTRIBUTES, length);
    } else {
      crc.update(buffer.slice(at + ATTRIBUTES, length));
    }
    return (int) crc.getValue();
  }

  /** Whether the checksum stored in the batch is that of its bytes. */
  public static boolean isCrcValid(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CRC) == computeCrc(buffer, at);
  }
}
