package io.ottla.broker.replica;

import java.util.UUID;

/**
 * How far one follower got, as its fetches in one leader epoch say. Belongs to one (broker epoch, log incarnation): a log rebuilt by the same
 * process must not inherit what the old one had (P16).
 */
final class FollowerProgress {
  private final long brokerEpoch;
  private final UUID incarnation;
  private long requestSeq = Long.MIN_VALUE;
  private long fetchOffset;
  private long durableOffset;
  private long caughtUpAtMs;
  private long fetchedAtMs;
  private long leaderEndAtFetch = Long.MAX_VALUE;

  FollowerProgress(FollowerFetch first, long caughtUpAtMs) {
    this.brokerEpoch = first.brokerEpoch();
    this.incarnation = first.incarnation();
    this.caughtUpAtMs = caughtUpAtMs;
  }

  boolean isOf(FollowerFetch fetch) {
    return brokerEpoch == fetch.brokerEpoch() && incarnation.equals(fetch.incarnation());
  }

  boolean isNewerThan(FollowerFetch fetch) {
    return brokerEpoch > fetch.brokerEpoch()
        || (brokerEpoch == fetch.brokerEpoch() && fetch.requestSeq() <= requestSeq);
  }

  /** Takes over newer values. Returns false when an offset went back, which a log does not do. */
  boolean update(FollowerFetch fetch, long leaderEndOffset, long nowMs) {
    boolean wentBack = fetch.fetchOffset() < fetchOffset || fetch.durableOffset() < durableOffset;
    requestSeq = fetch.requestSeq();
    fetchOffset = fetch.fetchOffset();
    durableOffset = Math.min(fetch.durableOffset(), fetch.fetchOffset());
    if (fetchOffset >= leaderEndOffset) {
      caughtUpAtMs = Math.max(caughtUpAtMs, nowMs);
    } else if (fetchOffset >= leaderEndAtFetch) {
      caughtUpAtMs = Math.max(caughtUpAtMs, fetchedAtMs);
    }
    leaderEndAtFetch = leaderEndOffset;
    fetchedAtMs = nowMs;
    return !wentBack;
  }

  /** Forgives a pause of the leader itself (P25). */
  void forgiveUntil(long nowMs) {
    caughtUpAtMs = Math.max(caughtUpAtMs, nowMs);
  }

  boolean isCaughtUp(long leaderEndOffset, long nowMs, long lagMaxMs) {
    return fetchOffset >= leaderEndOffset || nowMs - caughtUpAtMs <= lagMaxMs;
  }

  long brokerEpoch() {
    return brokerEpoch;
  }

  long fetchOffset() {
    return fetchOffset;
  }

  long durableOffset() {
    return durableOffset;
  }
}
