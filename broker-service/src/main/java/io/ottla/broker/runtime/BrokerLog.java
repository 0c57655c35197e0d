package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.log.EpochEndOffset;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.OffsetRange;
import io.ottla.broker.replica.port.ReplicaLog;

/** A partition log as replication sees it. Same thread rule as the log. */
public final class BrokerLog implements ReplicaLog {
  /** Replication itself raises the alarm when it must cut below the high watermark (P15), so the log is not asked to refuse. */
  private static final long NO_FLOOR = 0;

  private final PartitionLog log;
  private final LongSupplier wallClock;

  /**
   * @param wallClock milliseconds since 1970, for bounds on timestamps only
   */
  public BrokerLog(PartitionLog log, LongSupplier wallClock) {
    this.log = log;
    this.wallClock = wallClock;
  }

  @Override
  public UUID incarnation() {
    return log.replicaIncarnation();
  }

  @Override
  public long logStartOffset() {
    return log.logStartOffset();
  }

  @Override
  public long logEndOffset() {
    return log.logEndOffset();
  }

  @Override
  public long durableOffset() {
    return log.durableOffset();
  }

  @Override
  public int lastEpoch() {
    return log.lastFetchedEpoch();
  }

  @Override
  public EpochEnd endOffsetForEpoch(int epoch) {
    EpochEndOffset end = log.endOffsetForEpoch(epoch);
    return new EpochEnd(end.epoch(), end.endOffset());
  }

  @Override
  public void startEpoch(int epoch) {
    log.recordEpochStart(epoch);
  }

  @Override
  public @Nullable OffsetRange duplicateOf(ByteBuffer batch) {
    return log.duplicateOf(batch).map(known -> new OffsetRange(known.firstOffset(), known.lastOffset() + 1))
        .orElse(null);
  }

  @Override
  public long appendAsLeader(ByteBuffer batch, int leaderEpoch) {
    return log.appendAsLeader(batch, leaderEpoch, wallClock.getAsLong()).baseOffset();
  }

  @Override
  public void appendAsFollower(ByteBuffer batches, int leaderEpoch) {
    log.appendAsFollower(batches, leaderEpoch);
  }

  @Override
  public void truncateTo(long offset) {
    log.truncateTo(offset, NO_FLOOR);
  }

  @Override
  public void raiseLogStart(long offset, long highWatermark) {
    log.raiseLogStart(offset, highWatermark);
  }

  @Override
  public void resetTo(long offset) {
    log.truncateFully(offset);
  }
}
