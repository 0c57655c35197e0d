package io.ottla.common.record;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The checks a batch passes before it enters a log, or after it was read from one. Stateless; never moves the buffer's position. */
public final class BatchValidator {
  private BatchValidator() {
  }

  /**
   * Why the bytes at {@code at} are no sound batch, or null if they are one: complete, version 2, checksum right, counts possible. It does
   * not look into the records: a follower takes what the leader sent, and recovery what was once appended.
   */
  public static @Nullable String problem(ByteBuffer buffer, int at, int limit) {
    String problem = headerProblem(buffer, at, limit);
    if (problem != null) {
      return problem;
    }
    if (BatchFormat.sizeInBytes(buffer, at) > limit - at) {
      return "batch of " + BatchFormat.sizeInBytes(buffer, at) + " bytes is cut at " + (limit - at);
    }
    return BatchFormat.isCrcValid(buffer, at) ? null : "checksum of the batch is wrong";
  }

  /** Like {@link #problem}, but looks at the header alone, so the records need not be in the buffer. */
  public static @Nullable String headerProblem(ByteBuffer buffer, int at, int limit) {
    if (limit - at < BatchFormat.RECORDS) {
      return "batch header is cut at " + (limit - at) + " bytes";
    }
    if (!BatchFormat.hasPlausibleSize(buffer, at)) {
      return "batch length " + buffer.getInt(at + BatchFormat.LENGTH) + " is impossible";
    }
    if (BatchFormat.magic(buffer, at) != BatchFormat.MAGIC_V2) {
      return "batch version " + BatchFormat.magic(buffer, at) + " is not " + BatchFormat.MAGIC_V2;
    }
    int lastDelta = BatchFormat.lastOffsetDelta(buffer, at);
    int count = BatchFormat.count(buffer, at);
    if (BatchFormat.baseOffset(buffer, at) < 0 || lastDelta < 0 || count < 0 || count - 1 > lastDelta) {
      return "batch counts are impossible: base offset " + BatchFormat.baseOffset(buffer, at) + ", last offset delta "
          + lastDelta + ", " + count + " records";
    }
    return null;
  }

  /**
   * Checks a batch a producer made, down to each record (P6), and returns its size in bytes.
   *
   * @param nowMs wall clock of the leader, for records from the future
   * @throws OttlaException CORRUPT_BATCH, RECORD_TOO_LARGE, UNSUPPORTED_COMPRESSION, INVALID_TIMESTAMP or INVALID_REQUEST
   */
  public static int checkForAppend(ByteBuffer buffer, int at, int limit, AppendLimits limits, long nowMs) {
    String problem = headerProblem(buffer, at, limit);
    if (problem != null) {
      throw new OttlaException(ErrorCode.CORRUPT_BATCH, problem);
    }
    int size = BatchFormat.sizeInBytes(buffer, at);
    if (size > limits.maxBatchBytes()) {
      throw new OttlaException(ErrorCode.RECORD_TOO_LARGE, "batch of " + size + " bytes is larger than the "
          + limits.maxBatchBytes() + " allowed");
    }
    problem = problem(buffer, at, limit);
    if (problem != null) {
      throw new OttlaException(ErrorCode.CORRUPT_BATCH, problem);
    }
    checkAttributes(BatchFormat.attributes(buffer, at));
    checkRecords(buffer, at, limits, nowMs);
    return size;
  }

  private static void checkAttributes(int attributes) {
    Compression compression = Compression.ofAttributes(attributes);
    if (compression == Compression.UNKNOWN) {
      throw new OttlaException(ErrorCode.UNSUPPORTED_COMPRESSION,
          "nobody has defined the batch's compression, code " + (attributes & BatchFormat.COMPRESSION_MASK));
    }
    if ((attributes & BatchFormat.UNUSED_BITS) != 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "a producer may not set attributes 0x"
          + Integer.toHexString(attributes & BatchFormat.UNUSED_BITS));
    }
    if ((attributes & (BatchFormat.TRANSACTIONAL_BIT | BatchFormat.CONTROL_BIT)) != 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "transactional and control batches are not supported");
    }
    if ((attributes & BatchFormat.LOG_APPEND_TIME_BIT) != 0) {
      throw new OttlaException(ErrorCode.INVALID_TIMESTAMP, "a producer may not claim log append time");
    }
  }

  private static void checkRecords(ByteBuffer buffer, int at, AppendLimits limits, long nowMs) {
    int count = BatchFormat.count(buffer, at);
    if (count == 0 || count - 1 != BatchFormat.lastOffsetDelta(buffer, at)) {
      throw new OttlaException(ErrorCode.CORRUPT_BATCH, count + " records do not fit a last offset delta of "
          + BatchFormat.lastOffsetDelta(buffer, at));
    }
    long max = Long.MIN_VALUE;
    int expected = 0;
    try {
      RecordCursor cursor = new RecordCursor(buffer, at);
      while (cursor.next()) {
        if (cursor.offsetDelta() != expected) {
          throw new OttlaException(ErrorCode.CORRUPT_BATCH, "record " + expected + " carries offset delta "
              + cursor.offsetDelta());
        }
        if (limits.keysRequired() && cursor.keySize() < 0) {
          throw new OttlaException(ErrorCode.INVALID_REQUEST, "a compacted topic takes no record without a key");
        }
        expected++;
        max = Math.max(max, cursor.timestamp());
      }
    } catch (RecordsTooLargeException e) {
      throw new OttlaException(ErrorCode.RECORD_TOO_LARGE, String.valueOf(e.getMessage()));
    } catch (MalformedBatchException e) {
      throw new OttlaException(ErrorCode.CORRUPT_BATCH, String.valueOf(e.getMessage()));
    }
    checkTimestamps(max, BatchFormat.maxTimestamp(buffer, at), nowMs + limits.maxTimestampAheadMs());
  }

  private static void checkTimestamps(long max, long claimedMax, long latest) {
    if (max != claimedMax) {
      throw new OttlaException(ErrorCode.INVALID_TIMESTAMP, "largest timestamp is " + max + " but the batch claims "
          + claimedMax);
    }
    if (max > latest) {
      throw new OttlaException(ErrorCode.INVALID_TIMESTAMP, "timestamp " + max + " lies too far in the future");
    }
  }
}
