package io.ottla.broker.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.CleanedGroup;
import io.ottla.broker.log.Cleaning;
import io.ottla.broker.log.CleaningLimits;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.LogSlice;
import io.ottla.broker.log.OffsetAtTimestamp;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.RetentionPlan;
import io.ottla.broker.log.SliceGoneException;
import io.ottla.broker.replica.AckState;
import io.ottla.broker.replica.AppendDecision;
import io.ottla.broker.replica.FetchDecision;
import io.ottla.broker.replica.FollowerAnswer;
import io.ottla.broker.replica.FollowerFetch;
import io.ottla.broker.replica.FollowerReplica;
import io.ottla.broker.replica.FollowerStep;
import io.ottla.broker.replica.IsrAnswer;
import io.ottla.broker.replica.IsrProposal;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.PartitionView;
import io.ottla.broker.replica.ReplicaInvariantException;
import io.ottla.broker.replica.ReplicaRole;
import io.ottla.broker.replica.Transition;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.ForwardReadRequest;

/**
 * One replica with its log, its lock, and everything that waits on it. Decisions are the core's ({@link PartitionReplica}), taken under the
 * lock; whoever waited is answered after the lock is released.
 */
final class HostedPartition {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

  private final TopicIdPartition id;
  private final String topic;
  private final PartitionLog log;
  private final PartitionReplica replica;
  private final HostServices services;
  private final boolean forceBeforeAck;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ProduceWait> leaderAcks = new ArrayDeque<>();
  /** By the offset they wait for: a repeated batch lies before those that came after the original. */
  private final Queue<ProduceWait> allAcks = new PriorityQueue<>(Comparator.comparingLong(ProduceWait::endOffset));
  private final List<ParkedFetch> parkedFetches = new ArrayList<>();
  private List<ReadWait> readWaits = new ArrayList<>();
  private boolean closed;
  private volatile boolean wasInSync;

  HostedPartition(TopicIdPartition id, String topic, PartitionLog log, PartitionReplica replica, boolean forceBeforeAck,
      HostServices services) {
    this.id = id;
    this.topic = topic;
    this.log = log;
    this.replica = replica;
    this.forceBeforeAck = forceBeforeAck;
    this.services = services;
  }

  TopicIdPartition id() {
    return id;
  }

  String topic() {
    return topic;
  }

  PartitionLog log() {
    return log;
  }

  /** The core; to be used under the lock, or by the only thread there is. */
  PartitionReplica replica() {
    return replica;
  }

  /** Whether this replica was in its ISR at some time since the process started. */
  boolean wasInSync() {
    return wasInSync;
  }

  // ---- produce

  CompletableFuture<AppendOutcome> append(ByteBuffer sent, int acks, long timeoutMs) {
    if (acks != -1 && BatchFormat.isIdempotent(sent, sent.position(), sent.limit())) {
      return refused(ErrorCode.INVALID_REQUEST, "an idempotent producer must ask for acks=all (P37)");
    }
    if (acks != -1 && !services.session().leaseValid()) {
      return refused(ErrorCode.NOT_LEADER, "this broker has not heard from the controllers for a session (M20)");
    }
    ByteBuffer batch = log.inStoredForm(sent);
    int size = batch.remaining();
    if (!services.purgatory().admit(size)) {
      return refused(ErrorCode.BUSY, "too many appends wait on this broker");
    }
    ProduceWait wait = null;
    After after = new After();
    lock.lock();
    try {
      wait = appendLocked(batch, acks, size, after);
    } catch (OttlaException e) {
      return refused(e.code(), e.getMessage());
    } catch (LogFailedException | ReplicaInvariantException e) {
      services.fatal().accept(e);
      return refused(ErrorCode.STORAGE_ERROR, "the log failed");
    } finally {
      lock.unlock();
      if (wait == null) {
        services.purgatory().release(size);
      }
    }
    after.run();
    if (forceBeforeAck) {
      services.forces().accept(this);
    }
    if (!wait.answer().isDone()) {
      ProduceWait waiting = wait;
      wait.expireAfter(timeoutMs, () -> expire(waiting));
    }
    return wait.answer();
  }

  private ProduceWait appendLocked(ByteBuffer batch, int acks, int size, After after) {
    LeaderReplica leader = replica.leader();
    if (leader == null || closed) {
      throw new OttlaException(ErrorCode.NOT_LEADER,
          "broker " + services.session().brokerId() + " does not lead " + id);
    }
    Marks before = marks();
    return switch (leader.append(batch, acks)) {
      case AppendDecision.Refused(ErrorCode code, String message) -> throw new OttlaException(code, message);
      case AppendDecision.Appended(long base, long end, int epoch) -> {
        ProduceWait wait = new ProduceWait(new AppendOutcome.Ok(base, epoch, log.logStartOffset()), end, acks, size,
            services.purgatory());
        (acks == -1 ? allAcks : leaderAcks).add(wait);
        settle(before, after);
        yield wait;
      }
      case AppendDecision.Duplicate(long base, long end, int epoch) -> {
        services.duplicates().increment();
        ProduceWait wait = new ProduceWait(new AppendOutcome.Ok(base, epoch, log.logStartOffset()), end, acks, size,
            services.purgatory());
        allAcks.add(wait);
        settle(before, after);
        yield wait;
      }
    };
  }

  private void expire(ProduceWait wait) {
    wait.finish(
        new AppendOutcome.Failed(ErrorCode.REQUEST_TIMED_OUT, "the acks took too long; the records may commit later"));
    lock.lock();
    try {
      (wait.acks() == -1 ? allAcks : leaderAcks).remove(wait);
    } finally {
      lock.unlock();
    }
  }

  private static CompletableFuture<AppendOutcome> refused(ErrorCode code, String message) {
    return CompletableFuture.completedFuture(new AppendOutcome.Failed(code, message));
  }

  /** Forces the log; what waited for it is answered. Called by the force loop and, for its own appends, by a fetcher. */
  void force() {
    After after = new After();
    try {
      log.flush();
      lock.lock();
      try {
        LeaderReplica leader = replica.leader();
        if (leader != null && !closed) {
          Marks before = marks();
          leader.onForced();
          settle(before, after);
        }
      } finally {
        lock.unlock();
      }
    } catch (LogFailedException | ReplicaInvariantException e) {
      services.fatal().accept(e);
    } catch (IllegalStateException e) {
      if (!isClosed()) {
        throw e;
      }
      // The log was closed under a force nobody waits for any more.
    }
    after.run();
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  // ---- reads

  CompletableFuture<ReadOutcome> read(long offset, int maxBytes, int minBytes, long maxWaitMs) {
    try {
      return readNow(offset, maxBytes, minBytes, maxWaitMs);
    } catch (OttlaException e) {
      return CompletableFuture.completedFuture(new ReadOutcome.Failed(e.code(), e.getMessage()));
    } catch (LogFailedException e) {
      services.fatal().accept(e);
      return CompletableFuture.completedFuture(new ReadOutcome.Failed(ErrorCode.STORAGE_ERROR, "the log failed"));
    }
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
    if (!services.purgatory().admit(0)) {
      throw new OttlaException(ErrorCode.BUSY, "too many reads wait on this broker");
    }
    ReadWait wait = new ReadWait(offset, maxBytes, minBytes, services.purgatory());
    if (park(wait, range.highWatermark())) {
      wait.expireAfter(maxWaitMs, () -> Thread.startVirtualThread(() -> resume(wait, true)));
    } else {
      resume(wait, false);
    }
    return wait.answer();
  }

  /** What a reader may know of this leader's log; NOT_LEADER when it does not lead. */
  private Range range() {
    lock.lock();
    try {
      LeaderReplica leader = replica.leader();
      if (leader == null || closed) {
        throw new OttlaException(ErrorCode.NOT_LEADER,
            "broker " + services.session().brokerId() + " does not lead " + id);
      }
      return new Range(log.logStartOffset(), replica.highWatermark(), log.logEndOffset(), leader.leaderEpoch(),
          leader.latestOffset().isPresent());
    } finally {
      lock.unlock();
    }
  }

  private record Range(long logStart, long highWatermark, long logEnd, int leaderEpoch, boolean proven) {}

  private long resolve(long wanted, Range range) {
    if (wanted == ForwardReadRequest.EARLIEST) {
      return range.logStart();
    }
    if (wanted >= 0) {
      return wanted;
    }
    if (wanted <= ForwardReadRequest.AT_TIMESTAMP + ForwardReadRequest.MAX_TIMESTAMP) {
      Optional<OffsetAtTimestamp> found = log.offsetForTimestamp(wanted - ForwardReadRequest.AT_TIMESTAMP,
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
  private void requireLatestKnown(Range range) {
    if (!range.proven()) {
      throw new OttlaException(ErrorCode.OFFSET_NOT_AVAILABLE, "the new leader has not yet proven its high watermark");
    }
    requireLease();
  }

  /** M20: elsewhere a log may go on behind what this broker takes for its end. */
  private void requireLease() {
    if (!services.session().leaseValid()) {
      throw new OttlaException(ErrorCode.NOT_LEADER,
          "this broker has not heard from the controllers for a session (M20)");
    }
  }

  private ReadOutcome.Ok slice(long offset, int maxBytes, Range range) {
    ByteBuffer batches = ByteBuffer.allocate(0);
    if (offset < range.highWatermark()) {
      try {
        batches = log.verified(log.read(offset, maxBytes, range.highWatermark()));
      } catch (SliceGoneException e) {
        throw new OttlaException(ErrorCode.NOT_LEADER, "the leadership ended");
      }
    }
    return new ReadOutcome.Ok(offset, batches, range.highWatermark(), range.logStart(), range.leaderEpoch());
  }

  /** Lets a read wait, unless there is news already. */
  private boolean park(ReadWait wait, long knownHighWatermark) {
    lock.lock();
    try {
      if (closed || replica.leader() == null || replica.highWatermark() > knownHighWatermark) {
        return false;
      }
      readWaits.add(wait);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Looks again for a waiting read. Runs on a thread that may read files. */
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
      services.fatal().accept(e);
      wait.finish(new ReadOutcome.Failed(ErrorCode.STORAGE_ERROR, "the log failed"));
    }
  }

  private void forget(ReadWait wait) {
    lock.lock();
    try {
      readWaits.remove(wait);
    } finally {
      lock.unlock();
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

  // ---- the log's start

  /**
   * Deletes the records below an offset (P40).
   *
   * @param wanted the first offset to keep, or {@link ForwardReadRequest#LATEST} for the high watermark
   */
  DeleteOutcome deleteRecords(long wanted) {
    lock.lock();
    try {
      Range range = range();
      requireLatestKnown(range);
      long offset = wanted == ForwardReadRequest.LATEST ? range.highWatermark() : wanted;
      if (offset < 0 || offset > range.highWatermark()) {
        throw new OttlaException(ErrorCode.OFFSET_OUT_OF_RANGE,
            "offset " + offset + " is not within 0 and the high watermark " + range.highWatermark());
      }
      long start = log.raiseLogStart(offset, range.highWatermark());
      LOG.info("event=records_deleted partition={} topic={} asked={} logStart={}", id, topic, offset, start);
      return new DeleteOutcome.Ok(start);
    } catch (OttlaException e) {
      return new DeleteOutcome.Failed(e.code(), e.getMessage());
    } catch (LogFailedException e) {
      services.fatal().accept(e);
      return new DeleteOutcome.Failed(ErrorCode.STORAGE_ERROR, "the log failed");
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of what is too old or too much, if this replica leads; followers come after. Reads files outside the lock. */
  void retain(long nowMs, long monotonicMs) {
    try {
      if (leads()) {
        RetentionPlan plan = log.planRetention(snapshot().highWatermark(), nowMs);
        if (plan.startOffset() > log.logStartOffset()) {
          retain(plan);
        }
      }
      log.removeRetired(monotonicMs);
    } catch (OttlaException e) {
      LOG.warn("event=retention_put_off partition={} topic={} code={} reason=\"{}\"", id, topic, e.code(),
          e.getMessage());
    } catch (LogFailedException e) {
      services.fatal().accept(e);
    } catch (IllegalStateException e) {
      if (!isClosed()) {
        throw e;
      }
      // The log was closed meanwhile: the topic is gone, or the broker stops.
    }
  }

  private void retain(RetentionPlan plan) {
    lock.lock();
    try {
      if (replica.leader() != null && !closed) {
        long before = log.logStartOffset();
        long start = log.retain(plan, replica.highWatermark());
        LOG.info("event=retention partition={} topic={} logStart={} was={}", id, topic, start, before);
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- cleaning

  /** How much of this log is due to be cleaned, from 0 to 1; -1 if nothing is. */
  double dueForCleaning(long nowMs) {
    return log.hasFailed() || isClosed() ? -1 : log.dueForCleaning(snapshot().highWatermark(), nowMs);
  }

  /** Cleans the log once (P41). Takes its time outside the lock, and a turn for every group of segments. */
  void clean(long nowMs, CleaningLimits limits) {
    try {
      Optional<Cleaning> begun = log.beginCleaning(snapshot().highWatermark(), nowMs, limits);
      if (begun.isPresent()) {
        clean(begun.get());
      }
    } catch (OttlaException e) {
      LOG.warn("event=cleaning_put_off partition={} topic={} code={} reason=\"{}\"", id, topic, e.code(),
          e.getMessage());
    } catch (LogFailedException e) {
      services.fatal().accept(e);
    } catch (IllegalStateException e) {
      if (!isClosed()) {
        throw e;
      }
      // The log was closed meanwhile: the topic is gone, or the broker stops.
    }
  }

  private void clean(Cleaning cleaning) {
    long freed = 0;
    while (cleaning.hasNext()) {
      Optional<CleanedGroup> group = log.cleanNext(cleaning);
      if (group.isEmpty() || !swap(group.get())) {
        return;
      }
      freed += group.get().bytesFreed();
    }
    lock.lock();
    try {
      if (!closed) {
        log.finishCleaning(cleaning);
      }
    } finally {
      lock.unlock();
    }
    LOG.info("event=log_cleaned partition={} topic={} upTo={} bytesFreed={}", id, topic, cleaning.endOffset(), freed);
  }

  private boolean swap(CleanedGroup group) {
    lock.lock();
    try {
      return !closed && log.swap(group);
    } finally {
      lock.unlock();
    }
  }

  // ---- serving followers

  /** Notes what the follower says, and tells what it must hear at once; null when the fetch was parked here (P10–P12, P17). */
  @Nullable
  FetchPart fetch(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked) {
    After after = new After();
    FetchPart part;
    lock.lock();
    try {
      part = fetchLocked(request, asked, parked, after);
    } catch (LogFailedException | ReplicaInvariantException e) {
      services.fatal().accept(e);
      part = error(asked, ErrorCode.STORAGE_ERROR);
    } finally {
      lock.unlock();
    }
    after.run();
    return part;
  }

  private @Nullable FetchPart fetchLocked(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked,
      After after) {
    LeaderReplica leader = replica.leader();
    if (leader == null || closed) {
      return error(asked, notLeading(asked.currentLeaderEpoch()));
    }
    Marks before = marks();
    FetchDecision decision = leader.onFetch(new FollowerFetch(request.brokerId(), request.brokerEpoch(),
        request.requestSeq(), asked.replicaIncarnation(), asked.currentLeaderEpoch(), asked.fetchOffset(),
        asked.lastFetchedEpoch(), asked.durableOffset()), services.brokers(), services.clock().millis());
    settle(before, after);
    return switch (decision) {
      case FetchDecision.Refused(ErrorCode code, String message) -> {
        LOG.debug("event=fetch_refused partition={} follower={} code={} reason=\"{}\"", id, request.brokerId(), code,
            message);
        // Whoever asks for what is gone must hear where the log begins, or would ask for it for ever (P12).
        yield code == ErrorCode.OFFSET_TRIMMED
            ? new FetchPart(id.topicId(), id.partition(), code, leader.leaderEpoch(), replica.highWatermark(),
                log.logStartOffset(), null, null)
            : error(asked, code);
      }
      case FetchDecision.Diverged(var end) -> new FetchPart(id.topicId(), id.partition(), null, leader.leaderEpoch(),
          replica.highWatermark(), log.logStartOffset(), end, null);
      case FetchDecision.Serve(long from) -> {
        if (leader.maximalIsr().size() < leader.view().state().replicas().size()) {
          proposeLocked(leader);
        }
        yield park(asked, from, leader, parked);
      }
    };
  }

  private @Nullable FetchPart park(FetchRequest.Partition asked, long from, LeaderReplica leader, ParkedFetch parked) {
    if (log.logEndOffset() > from) {
      return answer(asked, leader);
    }
    parkedFetches.add(parked);
    if (replica.highWatermark() > asked.knownHighWatermark()) {
      parked.news();
    }
    return null;
  }

  /** What there is for a follower now, without records; the caller reads them outside the lock. */
  FetchPart collect(FetchRequest.Partition asked) {
    lock.lock();
    try {
      LeaderReplica leader = replica.leader();
      if (leader == null || closed || leader.leaderEpoch() != asked.currentLeaderEpoch()) {
        return error(asked, notLeading(asked.currentLeaderEpoch()));
      }
      return answer(asked, leader);
    } finally {
      lock.unlock();
    }
  }

  /** Adds the records from the offset asked for on. */
  FetchPart withRecords(FetchPart part, long fromOffset, int maxBytes) {
    if (part.error() != null || part.diverged() != null || log.logEndOffset() <= fromOffset) {
      return part;
    }
    try {
      LogSlice slice = log.read(fromOffset, maxBytes, Long.MAX_VALUE);
      return new FetchPart(part.topicId(), part.partition(), null, part.leaderEpoch(), part.highWatermark(),
          part.logStartOffset(), null, slice.isEmpty() ? null : log.verified(slice));
    } catch (SliceGoneException | OttlaException e) {
      // Truncated meanwhile: the leadership is over.
      return new FetchPart(part.topicId(), part.partition(), ErrorCode.NOT_LEADER, part.leaderEpoch(), -1, -1, null,
          null);
    } catch (LogFailedException e) {
      services.fatal().accept(e);
      return new FetchPart(part.topicId(), part.partition(), ErrorCode.STORAGE_ERROR, part.leaderEpoch(), -1, -1, null,
          null);
    }
  }

  void unpark(ParkedFetch parked) {
    lock.lock();
    try {
      parkedFetches.remove(parked);
    } finally {
      lock.unlock();
    }
  }

  private FetchPart answer(FetchRequest.Partition asked, LeaderReplica leader) {
    return new FetchPart(id.topicId(), id.partition(), null, leader.leaderEpoch(), replica.highWatermark(),
        log.logStartOffset(), null, null);
  }

  private ErrorCode notLeading(int askedEpoch) {
    ReplicaRole role = replica.role();
    return role == null || role.leaderEpoch() < askedEpoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER;
  }

  private static FetchPart error(FetchRequest.Partition asked, ErrorCode code) {
    return new FetchPart(asked.topicId(), asked.partition(), code, asked.currentLeaderEpoch(), -1, -1, null, null);
  }

  // ---- following

  /** Where to fetch from that leader next; null when this replica does not follow it. */
  FollowerReplica.@Nullable Position positionFor(int leaderId) {
    lock.lock();
    try {
      FollowerReplica follower = replica.follower();
      return follower == null || closed || follower.leader() != leaderId ? null : follower.position();
    } finally {
      lock.unlock();
    }
  }

  /** Applies a leader's answer (P13, P14). */
  FollowerStep onAnswer(FollowerAnswer answer) {
    lock.lock();
    try {
      FollowerReplica follower = replica.follower();
      return follower == null || closed ? FollowerStep.STALE : follower.onAnswer(answer);
    } catch (OttlaException e) {
      LOG.error("event=fetched_records_refused partition={} epoch={} offset={} code={} reason=\"{}\"", id,
          answer.leaderEpoch(), answer.fetchOffset(), e.code(), e.getMessage());
      return FollowerStep.BACK_OFF;
    } catch (LogFailedException | ReplicaInvariantException e) {
      services.fatal().accept(e);
      return FollowerStep.BACK_OFF;
    } finally {
      lock.unlock();
    }
  }

  // ---- ISR

  /** Proposes an ISR change if one is due (P22–P24). */
  void checkIsr() {
    lock.lock();
    try {
      LeaderReplica leader = replica.leader();
      if (leader != null && !closed) {
        proposeLocked(leader);
      }
    } finally {
      lock.unlock();
    }
  }

  private void proposeLocked(LeaderReplica leader) {
    leader.propose(services.brokers(), services.clock().millis())
        .ifPresent(proposal -> services.isr().send(this, proposal));
  }

  void onProposalAnswer(IsrProposal proposal, IsrAnswer answer) {
    After after = new After();
    lock.lock();
    try {
      LeaderReplica leader = replica.leader();
      if (leader != null && !closed) {
        Marks before = marks();
        leader.onProposalAnswer(proposal, answer);
        settle(before, after);
      }
    } finally {
      lock.unlock();
    }
    after.run();
  }

  void onOwnStall() {
    lock.lock();
    try {
      LeaderReplica leader = replica.leader();
      if (leader != null) {
        leader.onOwnStall(services.clock().millis());
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- metadata

  /** Applies committed metadata; whoever waited on a leadership that is over is answered (P27). */
  Transition apply(PartitionView view) {
    After after = new After();
    Transition transition;
    lock.lock();
    try {
      wasInSync |= view.state().isr().contains(services.session().brokerId());
      Marks before = marks();
      boolean led = replica.leader() != null;
      transition = replica.apply(view, services.clock().millis());
      boolean over = transition != Transition.IGNORED && transition != Transition.UPDATED;
      settle(before, after);
      if (led && over) {
        abandon(ErrorCode.INDETERMINATE, "the leadership ended before the acks", after);
      }
      if (over) {
        LOG.info(
            "event=role partition={} topic={} role={} leader={} leaderEpoch={} partitionEpoch={} isr={} leo={} hw={}",
            id, topic, transition, view.state().leader(), view.state().leaderEpoch(), view.state().partitionEpoch(),
            view.state().isr(), log.logEndOffset(), replica.highWatermark());
      }
    } finally {
      lock.unlock();
    }
    after.run();
    if (transition == Transition.BECAME_LEADER && forceBeforeAck) {
      services.forces().accept(this);
    }
    return transition;
  }

  /** The topic is gone, or the broker stops: nothing is served any more. */
  void close() {
    After after = new After();
    lock.lock();
    try {
      closed = true;
      abandon(ErrorCode.INDETERMINATE, "the partition was closed before the acks", after);
    } finally {
      lock.unlock();
    }
    after.run();
  }

  private void abandon(ErrorCode code, String message, After after) {
    AppendOutcome.Failed failed = new AppendOutcome.Failed(code, message);
    leaderAcks.forEach(wait -> after.add(() -> wait.finish(failed)));
    allAcks.forEach(wait -> after.add(() -> wait.finish(failed)));
    leaderAcks.clear();
    allAcks.clear();
    parkedFetches.forEach(ParkedFetch::wake);
    ReadOutcome.Failed moved = new ReadOutcome.Failed(ErrorCode.NOT_LEADER, "the leadership ended");
    readWaits.forEach(wait -> after.add(() -> wait.finish(moved)));
    readWaits.clear();
  }

  // ---- what a change leads to

  private record Marks(long logEndOffset, long highWatermark) {}

  private Marks marks() {
    return new Marks(log.logEndOffset(), replica.highWatermark());
  }

  /** Collects everyone whose wait a change has ended (P21, P46). */
  private void settle(Marks before, After after) {
    settleProduces(leaderAcks, after);
    settleProduces(allAcks, after);
    boolean records = log.logEndOffset() > before.logEndOffset();
    boolean committed = replica.highWatermark() > before.highWatermark();
    if (records) {
      parkedFetches.forEach(ParkedFetch::wake);
    } else if (committed) {
      parkedFetches.forEach(ParkedFetch::news);
    }
    if (committed && !readWaits.isEmpty()) {
      List<ReadWait> ready = readWaits;
      readWaits = new ArrayList<>();
      after.add(() -> ready.forEach(wait -> Thread.startVirtualThread(() -> resume(wait, false))));
    }
  }

  private void settleProduces(Queue<ProduceWait> waits, After after) {
    for (ProduceWait wait = waits.peek(); wait != null; wait = waits.peek()) {
      AckState state = replica.ackState(wait.leaderEpoch(), wait.endOffset(), wait.acks());
      if (state == AckState.WAITING) {
        return;
      }
      waits.remove();
      AppendOutcome outcome = outcome(state, wait);
      ProduceWait answered = wait;
      after.add(() -> answered.finish(outcome));
    }
  }

  private static AppendOutcome outcome(AckState state, ProduceWait wait) {
    return switch (state) {
      case DONE -> wait.success();
      case BELOW_MIN_ISR -> new AppendOutcome.Failed(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
          "in-sync replicas fell below min.insync.replicas after the append; the records may commit later");
      case LEADERSHIP_LOST ->
        new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "the leadership ended before the acks");
      case WAITING -> throw new IllegalStateException("still waiting");
    };
  }

  /** Answers to give once the lock is released. */
  private static final class After {
    private @Nullable List<Runnable> actions;

    void add(Runnable action) {
      List<Runnable> all = actions;
      if (all == null) {
        all = new ArrayList<>();
        actions = all;
      }
      all.add(action);
    }

    void run() {
      if (actions != null) {
        actions.forEach(Runnable::run);
      }
    }
  }

  // ---- status

  /**
   * A consistent look at this replica.
   *
   * @param role LEADER, FOLLOWER or OFFLINE
   */
  record Snapshot(String role, int leaderEpoch, long logStartOffset, long highWatermark, long durableOffset,
      long logEndOffset) {}

  Snapshot snapshot() {
    lock.lock();
    try {
      ReplicaRole role = replica.role();
      String name = replica.leader() != null ? "LEADER" : replica.follower() != null ? "FOLLOWER" : "OFFLINE";
      return new Snapshot(closed ? "OFFLINE" : name, role == null ? -1 : role.leaderEpoch(), log.logStartOffset(),
          replica.highWatermark(), log.durableOffset(), log.logEndOffset());
    } finally {
      lock.unlock();
    }
  }

  boolean leads() {
    lock.lock();
    try {
      return replica.leader() != null && !closed;
    } finally {
      lock.unlock();
    }
  }
}
