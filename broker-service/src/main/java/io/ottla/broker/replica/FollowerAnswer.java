package io.ottla.broker.replica;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.port.EpochEnd;

/**
 * A leader's answer as the follower got it.
 *
 * @param leaderEpoch the epoch the fetch was sent in
 * @param fetchOffset the offset asked for
 * @param lastFetchedEpoch the epoch of the last record when it was asked for; with the offset it names one state of the log
 * @param highWatermark the leader's
 * @param logStartOffset the leader's
 * @param diverged set when the follower must truncate; then there are no records
 * @param trimmed whether the leader no longer has the offset asked for (P12, low)
 * @param batches record batches, possibly none
 */
public record FollowerAnswer(int leaderEpoch, long fetchOffset, int lastFetchedEpoch, long highWatermark,
    long logStartOffset,
    @Nullable EpochEnd diverged, boolean trimmed, ByteBuffer batches) {}
