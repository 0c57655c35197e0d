package io.ottla.common.wire;

import java.util.UUID;

/**
 * {@code POST /replica/v1/read}: a client's read that reached another broker than the leader.
 *
 * @param offset first offset wanted, or {@link #EARLIEST}, {@link #LATEST}, or {@code LATEST - n} for n before the end
 * @param maxBytes bound; at least one batch is returned when there is one
 * @param maxWaitMs how long to wait for the first record
 */
public record ForwardReadRequest(String clusterId, UUID topicId, int partition, long offset, int maxBytes, int minBytes,
    int maxWaitMs) {
  /** The first readable offset. */
  public static final long EARLIEST = Long.MIN_VALUE;
  /** The high watermark. Smaller values (down to the lowest int) count back from it. */
  public static final long LATEST = -1L;
}
