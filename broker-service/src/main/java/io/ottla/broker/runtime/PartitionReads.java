package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.OffsetAtTimestamp;
import io.ottla.broker.log.SliceGoneException;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.ForwardReadRequest;

/** What consumers read of a partition: below the high watermark, from the leader, at once or when there is something (P30, P31). */
final class PartitionReads {
  private final PartitionCell cell;

  PartitionReads(PartitionCell cell) {
    this.cell = cell;
  }

  CompletableFuture<ReadOutcome> read(long offset, int maxBytes, int minBytes, long maxWaitMs) {
    try {
      return readNow(offset, maxBytes, minBytes, maxWaitMs);
    } catch (OttlaException e) {
      return CompletableFuture.completedFuture(new ReadOutcome.Failed(e.code(), e.getMessage()));
    } catch (LogFailedException e) {
      return CompletableFuture.completedFuture(failed(e));
    } catch (IllegalStateException e) {
      return CompletableFuture.completedFuture(gone(e));
    }
  }

  private ReadOutcome.Failed gone(IllegalStateException e) {
    cell.requireGone(e);
    return new ReadOutcome.Failed(ErrorCode.NOT_LEADER, "the partition was closed");
  }

  /** Reading has no effect, so it may be tried again wherever the leadership goes. */
  private ReadOutcome.Failed failed(LogFailedException e) {
    cell.failed(e);
    return new ReadOutcome.Failed(ErrorCode.NOT_LEADER, "the log failed; another replica is to lead");
  }

  private CompletableFuture<ReadOutcome> readNow(long wanted, int maxBytes, int minBytes, long maxWaitMs) {
    Range range = range();
    long offset = resolve(wanted, range);
    if (offset < range.logStart()) {
      throw new OttlaException(ErrorCode.OFFSET_TRIMMED,
          "offset " + offset + " is below log start " + range.logStart());
    }
    if (offset > range.logEnd()) {
      requireLease();
      throw new OttlaException(ErrorCode.OFFSET_OUT_OF_RANGE,
          "offset " + offset + " is beyond log end " + range.logEnd());
    }
    ReadOutcome.Ok found = slice(offset, maxBytes, range);
    if (maxWaitMs <= 0 || found.batches().remaining() >= Math.max(1, Math.min(minBytes, maxBytes))) {
      return CompletableFuture.completedFuture(found);
    }
    Purgatory purgatory = cell.services.purgatory();
    if (!purgatory.admit(0)) {
      throw new OttlaException(ErrorCode.BUSY, "too many reads wait on this broker");
    }
    ReadWait wait = new ReadWait(offset, maxBytes, minBytes, purgatory);
    if (park(wait, range.highWatermark())) {
      wait.expireAfter(maxWaitMs, () -> Thread.startVirtualThread(() -> resume(wait, true)));
    } else {
      resume(wait, false);
    }
    return wait.answer();
  }

  /** What a reader may know of this leader's log; NOT_LEADER when it does not lead. */
  Range range() {
    cell.lock.lock();
    try {
      LeaderReplica leader = cell.requireLeader();
      return new Range(cell.log.logStartOffset(), cell.replica.highWatermark(), cell.log.logEndOffset(),
          leader.leaderEpoch(), leader.latestOffset().isPresent());
    } finally {
      cell.lock.unlock();
    }
  }

  record Range(long logStart, long highWatermark, long logEnd, int leaderEpoch, boolean proven) {}

  private long resolve(long wanted, Range range) {
    if (wanted == ForwardReadRequest.EARLIEST) {
      return range.logStart();
    }
    if (wanted >= 0) {
      return wanted;
    }
    if (wanted <= ForwardReadRequest.AT_TIMESTAMP + ForwardReadRequest.MAX_TIMESTAMP) {
      Optional<OffsetAtTimestamp> found = cell.log.offsetForTimestamp(wanted - ForwardReadRequest.AT_TIMESTAMP,
          range.highWatermark());
      if (found.isPresent()) {
        return found.get().offset();
      }
      requireLatestKnown(range);
      return range.highWatermark();
    }
    requireLatestKnown(range);
    return Math.max(range.logStart(), range.highWatermark() - (ForwardReadRequest.LATEST - wanted));
  }

  /** P20, M20: the end of the log is told only by a leader that has proven it and may still be the leader. */
  void requireLatestKnown(Range range) {
    if (!range.proven()) {
      throw new OttlaException(ErrorCode.OFFSET_NOT_AVAILABLE, "the new leader has not yet proven its high watermark");
    }
    requireLease();
  }

  /** M20: elsewhere a log may go on behind what this broker takes for its end. */
  private void requireLease() {
    if (!cell.services.session().leaseValid()) {
      throw new OttlaException(ErrorCode.NOT_LEADER,
          "this broker has not heard from the controllers for a session (M20)");
    }
  }

  private ReadOutcome.Ok slice(long offset, int maxBytes, Range range) {
    ByteBuffer batches = ByteBuffer.allocate(0);
    if (offset < range.highWatermark()) {
      try {
        batches = cell.log.verified(cell.log.read(offset, maxBytes, range.highWatermark()));
      } catch (SliceGoneException e) {
        throw new OttlaException(ErrorCode.NOT_LEADER, "the leadership ended");
      }
    }
    return new ReadOutcome.Ok(offset, batches, range.highWatermark(), range.logStart(), range.leaderEpoch());
  }

  /** Lets a read wait, unless there is news already. */
  private boolean park(ReadWait wait, long knownHighWatermark) {
    cell.lock.lock();
    try {
      if (cell.leader() == null || cell.replica.highWatermark() > knownHighWatermark) {
        return false;
      }
      cell.waits.add(wait);
      return true;
    } finally {
      cell.lock.unlock();
    }
  }

  /** Looks again for a waiting read: something was committed. Runs on a thread that may read files. */
  void resume(ReadWait wait) {
    resume(wait, false);
  }

  private void resume(ReadWait wait, boolean expired) {
    try {
      while (!wait.answer().isDone()) {
        Range range = range();
        ReadOutcome.Ok found = slice(wait.offset(), wait.maxBytes(), range);
        if (expired || found.batches().remaining() >= Math.max(1, Math.min(wait.minBytes(), wait.maxBytes()))) {
          forget(wait);
          wait.finish(found);
        } else if (park(wait, range.highWatermark())) {
          return;
        }
      }
    } catch (OttlaException e) {
      wait.finish(new ReadOutcome.Failed(e.code(), e.getMessage()));
    } catch (LogFailedException e) {
      wait.finish(failed(e));
    } catch (IllegalStateException e) {
      wait.finish(gone(e));
    }
  }

  private void forget(ReadWait wait) {
    cell.lock.lock();
    try {
      cell.waits.remove(wait);
    } finally {
      cell.lock.unlock();
    }
  }

  OffsetsOutcome offsets() {
    try {
      Range range = range();
      requireLatestKnown(range);
      return new OffsetsOutcome.Ok(range.logStart(), range.highWatermark(), range.leaderEpoch());
    } catch (OttlaException e) {
      return new OffsetsOutcome.Failed(e.code(), e.getMessage());
    }
  }
}
