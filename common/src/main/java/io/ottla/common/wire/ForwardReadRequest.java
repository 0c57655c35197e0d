package io.ottla.common.wire;

import java.util.UUID;

/**
 * {@code POST /replica/v1/read}: a client's read that reached another broker than the leader.
 *
 * @param offset first offset wanted, or {@link #EARLIEST}, {@link #LATEST}, {@code LATEST - n} for n before the end, or
 *     {@code AT_TIMESTAMP + t} for the first record at or after a time
 * @param maxBytes bound; at least one batch is returned when there is one
 * @param maxWaitMs how long to wait for the first record
 */
public record ForwardReadRequest(String clusterId, UUID topicId, int partition, long offset, int maxBytes, int minBytes,
    int maxWaitMs) {
  /** The first readable offset. */
  public static final long EARLIEST = Long.MIN_VALUE;
  /** The high watermark. Smaller values (down to the lowest int) count back from it. */
  public static final long LATEST = -1L;
  /** Plus a timestamp, in milliseconds since 1970: the first record that is not earlier, or the high watermark if there is none. */
  public static final long AT_TIMESTAMP = Long.MIN_VALUE + 1;
  /** Largest timestamp that can be asked for. */
  public static final long MAX_TIMESTAMP = 1L << 62;
}
