package io.ottla.broker.runtime;

import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.CleanedGroup;
import io.ottla.broker.log.Cleaning;
import io.ottla.broker.log.CleaningLimits;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.RetentionPlan;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.ForwardReadRequest;

/** What makes a partition's log smaller: records deleted on request, retention, compaction (P40, P41). */
final class PartitionUpkeep {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionUpkeep.class);

  private final PartitionCell cell;
  private final PartitionReads reads;

  PartitionUpkeep(PartitionCell cell, PartitionReads reads) {
    this.cell = cell;
    this.reads = reads;
  }

  /**
   * Deletes the records below an offset (P40).
   *
   * @param wanted the first offset to keep, or {@link ForwardReadRequest#LATEST} for the high watermark
   */
  DeleteOutcome deleteRecords(long wanted) {
    cell.lock.lock();
    try {
      PartitionReads.Range range = reads.range();
      reads.requireLatestKnown(range);
      long offset = wanted == ForwardReadRequest.LATEST ? range.highWatermark() : wanted;
      if (offset < 0 || offset > range.highWatermark()) {
        throw new OttlaException(ErrorCode.OFFSET_OUT_OF_RANGE,
            "offset " + offset + " is not within 0 and the high watermark " + range.highWatermark());
      }
      long start = cell.log.raiseLogStart(offset, range.highWatermark());
      LOG.info("event=records_deleted partition={} topic={} asked={} logStart={}", cell.id, cell.topic, offset, start);
      return new DeleteOutcome.Ok(start);
    } catch (OttlaException e) {
      return new DeleteOutcome.Failed(e.code(), e.getMessage());
    } catch (LogFailedException e) {
      cell.failed(e);
      return new DeleteOutcome.Failed(ErrorCode.STORAGE_ERROR, "the log failed");
    } finally {
      cell.lock.unlock();
    }
  }

  /** Some upkeep, which may find that there is no room, that the log fails, or that it was closed meanwhile. */
  private void guarded(String what, Runnable work) {
    try {
      work.run();
    } catch (OttlaException e) {
      LOG.warn("event={}_put_off partition={} topic={} code={} reason=\"{}\"", what, cell.id, cell.topic, e.code(),
          e.getMessage());
    } catch (LogFailedException e) {
      cell.failed(e);
    } catch (IllegalStateException e) {
      // The log was closed meanwhile: the topic is gone, or the broker stops.
      cell.requireGone(e);
    }
  }

  /** Lets go of what is too old or too much, if this replica leads; followers come after. Reads files outside the lock. */
  void retain(long nowMs, long monotonicMs) {
    if (cell.serves()) {
      guarded("retention", () -> {
        Optional<Long> highWatermark = highWatermarkOfLeader();
        if (highWatermark.isPresent()) {
          RetentionPlan plan = cell.log.planRetention(highWatermark.get(), nowMs);
          if (plan.startOffset() > cell.log.logStartOffset()) {
            retain(plan);
          }
        }
        cell.log.removeRetired(monotonicMs);
      });
    }
  }

  private Optional<Long> highWatermarkOfLeader() {
    cell.lock.lock();
    try {
      return cell.leader() == null ? Optional.empty() : Optional.of(cell.replica.highWatermark());
    } finally {
      cell.lock.unlock();
    }
  }

  private void retain(RetentionPlan plan) {
    cell.lock.lock();
    try {
      if (cell.leader() != null) {
        long before = cell.log.logStartOffset();
        long start = cell.log.retain(plan, cell.replica.highWatermark());
        LOG.info("event=retention partition={} topic={} logStart={} was={}", cell.id, cell.topic, start, before);
      }
    } finally {
      cell.lock.unlock();
    }
  }

  private long highWatermark() {
    cell.lock.lock();
    try {
      return cell.replica.highWatermark();
    } finally {
      cell.lock.unlock();
    }
  }

  /** How much of this log is due to be cleaned, from 0 to 1; -1 if nothing is. */
  double dueForCleaning(long nowMs) {
    return cell.log.hasFailed() || !cell.serves() ? -1 : cell.log.dueForCleaning(highWatermark(), nowMs);
  }

  /** Cleans the log once (P41). Takes its time outside the lock, and a turn for every group of segments. */
  void clean(long nowMs, CleaningLimits limits) {
    if (cell.serves()) {
      guarded("cleaning", () -> cell.log.beginCleaning(highWatermark(), nowMs, limits).ifPresent(this::clean));
    }
  }

  private void clean(Cleaning cleaning) {
    long freed = 0;
    while (cleaning.hasNext()) {
      Optional<CleanedGroup> group = cell.log.cleanNext(cleaning);
      if (group.isEmpty() || !swap(group.get())) {
        return;
      }
      freed += group.get().bytesFreed();
    }
    cell.lock.lock();
    try {
      if (cell.serves()) {
        cell.log.finishCleaning(cleaning);
      }
    } finally {
      cell.lock.unlock();
    }
    LOG.info("event=log_cleaned partition={} topic={} upTo={} bytesFreed={}", cell.id, cell.topic,
        cleaning.endOffset(), freed);
  }

  private boolean swap(CleanedGroup group) {
    cell.lock.lock();
    try {
      return cell.serves() && cell.log.swap(group);
    } finally {
      cell.lock.unlock();
    }
  }
}
