package io.ottla.broker.replica;

import java.util.UUID;

/**
 * What a follower says about itself when it asks for records (P10).
 *
 * @param requestSeq grows with each request of that broker process; older ones change nothing (P16)
 * @param incarnation id of the log the offsets speak of
 * @param leaderEpoch the leadership it follows
 * @param fetchOffset its log end offset
 * @param lastFetchedEpoch epoch of its last record, -1 for a fresh log
 * @param durableOffset end of what it has forced
 */
public record FollowerFetch(int brokerId, long brokerEpoch, long requestSeq, UUID incarnation, int leaderEpoch,
    long fetchOffset, int lastFetchedEpoch, long durableOffset) {}
