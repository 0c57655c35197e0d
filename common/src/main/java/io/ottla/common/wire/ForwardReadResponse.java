package io.ottla.common.wire;

/**
 * The header of a read's answer; whole record batches follow, which may begin before the offset asked for (see {@link BinaryFrame}).
 *
 * @param startOffset the offset the read resolved to
 * @param highWatermark first offset not committed
 * @param logStartOffset first readable offset
 * @param recordsLength bytes of batches that follow
 */
public record ForwardReadResponse(long startOffset, long highWatermark, long logStartOffset, int leaderEpoch,
    int recordsLength) {}
