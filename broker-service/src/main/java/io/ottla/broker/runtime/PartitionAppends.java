package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.replica.AppendDecision;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.ReplicaInvariantException;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.BatchFormat;

/** What producers write to a partition: appended by its leader, forced, and answered when the acks are there (P6 to P9, P33). */
final class PartitionAppends {
  private final PartitionCell cell;
  private final HostedPartition partition;
  private final boolean forceBeforeAck;

  PartitionAppends(PartitionCell cell, HostedPartition partition, boolean forceBeforeAck) {
    this.cell = cell;
    this.partition = partition;
    this.forceBeforeAck = forceBeforeAck;
  }

  CompletableFuture<AppendOutcome> append(ByteBuffer sent, int acks, long timeoutMs) {
    if (acks != -1 && BatchFormat.isIdempotent(sent, sent.position(), sent.limit())) {
      return refused(ErrorCode.INVALID_REQUEST, "an idempotent producer must ask for acks=all (P37)");
    }
    HostServices services = cell.services;
    if (acks != -1 && !services.session().leaseValid()) {
      return refused(ErrorCode.NOT_LEADER, "this broker has not heard from the controllers for a session (M20)");
    }
    ByteBuffer batch = cell.log.inStoredForm(sent);
    int size = batch.remaining();
    if (!services.purgatory().admit(size)) {
      return refused(ErrorCode.BUSY, "too many appends wait on this broker");
    }
    ProduceWait wait = null;
    PartitionWaits.After after = new PartitionWaits.After();
    cell.lock.lock();
    try {
      wait = appendLocked(batch, acks, size, after);
    } catch (OttlaException e) {
      return refused(e.code(), e.getMessage());
    } catch (LogFailedException e) {
      cell.failed(e);
      return refused(ErrorCode.INDETERMINATE, "the storage failed under the append; the records may commit later");
    } catch (ReplicaInvariantException e) {
      services.fatal().accept(e);
      return refused(ErrorCode.INDETERMINATE, "the replica failed under the append");
    } finally {
      cell.lock.unlock();
      if (wait == null) {
        services.purgatory().release(size);
      }
    }
    after.run();
    if (forceBeforeAck) {
      cell.services.forces().accept(partition);
    }
    if (!wait.answer().isDone()) {
      ProduceWait waiting = wait;
      wait.expireAfter(timeoutMs, () -> expire(waiting));
    }
    return wait.answer();
  }

  private ProduceWait appendLocked(ByteBuffer batch, int acks, int size, PartitionWaits.After after) {
    LeaderReplica leader = cell.requireLeader();
    PartitionWaits.Marks before = cell.marks();
    return switch (leader.append(batch, acks)) {
      case AppendDecision.Refused(ErrorCode code, String message) -> throw new OttlaException(code, message);
      case AppendDecision.Appended(long base, long end, int epoch) ->
        await(new AppendOutcome.Ok(base, epoch, cell.log.logStartOffset()), end, acks, size, before, after);
      case AppendDecision.Duplicate(long base, long end, int epoch) -> {
        cell.services.duplicates().increment();
        yield await(new AppendOutcome.Ok(base, epoch, cell.log.logStartOffset()), end, acks, size, before, after);
      }
    };
  }

  private ProduceWait await(AppendOutcome.Ok outcome, long end, int acks, int size, PartitionWaits.Marks before,
      PartitionWaits.After after) {
    ProduceWait wait = new ProduceWait(outcome, end, acks, size, cell.services.purgatory());
    cell.waits.add(wait);
    partition.settle(before, after);
    return wait;
  }

  private void expire(ProduceWait wait) {
    wait.finish(
        new AppendOutcome.Failed(ErrorCode.REQUEST_TIMED_OUT, "the acks took too long; the records may commit later"));
    cell.lock.lock();
    try {
      cell.waits.remove(wait);
    } finally {
      cell.lock.unlock();
    }
  }

  private static CompletableFuture<AppendOutcome> refused(ErrorCode code, String message) {
    return CompletableFuture.completedFuture(new AppendOutcome.Failed(code, message));
  }

  /** Forces the log; what waited for it is answered. Called by the force loop and, for its own appends, by a fetcher. */
  void force() {
    PartitionWaits.After after = new PartitionWaits.After();
    try {
      if (!cell.serves()) {
        return;
      }
      cell.log.flush();
      cell.lock.lock();
      try {
        LeaderReplica leader = cell.leader();
        if (leader != null) {
          PartitionWaits.Marks before = cell.marks();
          leader.onForced();
          partition.settle(before, after);
        }
      } finally {
        cell.lock.unlock();
      }
    } catch (LogFailedException e) {
      cell.failed(e);
    } catch (ReplicaInvariantException e) {
      cell.services.fatal().accept(e);
    } catch (IllegalStateException e) {
      // The log was closed under a force nobody waits for any more.
      cell.requireGone(e);
    }
    after.run();
  }
}
