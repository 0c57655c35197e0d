package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.CleaningLimits;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.FollowerAnswer;
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
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.wire.FetchRequest;

/**
 * One replica with its log, its lock, and everything that waits on it. Decisions are the core's ({@link PartitionReplica}), taken under the
 * lock; whoever waited is answered after the lock is released. A log that fails takes this replica, or all of its directory, offline (P43,
 * P44); an invariant that is broken ends the process.
 */
final class HostedPartition {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);
  private static final int NO_EPOCH = -1;

  private final PartitionCell cell;
  private final PartitionAppends appends;
  private final PartitionReads reads;
  private final PartitionUpkeep upkeep;
  private final FollowerFetches followers;
  private final boolean forceBeforeAck;
  private volatile boolean wasInSync;
  /** Written under the lock, before it is asked whether this replica serves. */
  private volatile int newestLeaderEpoch = NO_EPOCH;
  /** Metadata that could not be applied for want of room. Under the lock. */
  private @Nullable PartitionView putOff;

  HostedPartition(TopicIdPartition id, String topic, LogDir dir, PartitionLog log, PartitionReplica replica,
      boolean forceBeforeAck, HostServices services) {
    this.cell = new PartitionCell(id, topic, dir, log, replica, services);
    this.forceBeforeAck = forceBeforeAck;
    this.appends = new PartitionAppends(cell, this, forceBeforeAck);
    this.reads = new PartitionReads(cell);
    this.upkeep = new PartitionUpkeep(cell, reads);
    this.followers = new FollowerFetches(cell, this);
  }

  TopicIdPartition id() {
    return cell.id;
  }

  String topic() {
    return cell.topic;
  }

  PartitionLog log() {
    return cell.log;
  }

  LogDir dir() {
    return cell.dir;
  }

  /** The core; to be used under the lock, or by the only thread there is. */
  PartitionReplica replica() {
    return cell.replica;
  }

  /** Whether this replica was in its ISR at some time since the process started. */
  boolean wasInSync() {
    return wasInSync;
  }

  // ---- produce

  CompletableFuture<AppendOutcome> append(ByteBuffer sent, int acks, long timeoutMs) {
    return appends.append(sent, acks, timeoutMs);
  }

  /** Forces the log; what waited for it is answered. Called by the force loop and, for its own appends, by a fetcher. */
  void force() {
    appends.force();
  }

  /** Collects everyone whose wait a change has ended. Under the lock. */
  void settle(PartitionWaits.Marks before, PartitionWaits.After after) {
    cell.waits.settle(before, cell.marks(), reads::resume, after);
  }

  // ---- reads, upkeep, followers

  CompletableFuture<ReadOutcome> read(long offset, int maxBytes, int minBytes, long maxWaitMs) {
    return reads.read(offset, maxBytes, minBytes, maxWaitMs);
  }

  OffsetsOutcome offsets() {
    return reads.offsets();
  }

  DeleteOutcome deleteRecords(long wanted) {
    return upkeep.deleteRecords(wanted);
  }

  void retain(long nowMs, long monotonicMs) {
    upkeep.retain(nowMs, monotonicMs);
  }

  double dueForCleaning(long nowMs) {
    return upkeep.dueForCleaning(nowMs);
  }

  void clean(long nowMs, CleaningLimits limits) {
    upkeep.clean(nowMs, limits);
  }

  @Nullable
  FetchPart fetch(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked) {
    return followers.fetch(request, asked, parked);
  }

  FetchPart collect(FetchRequest.Partition asked) {
    return followers.collect(asked);
  }

  FetchPart withRecords(FetchPart part, long fromOffset, int maxBytes) {
    return followers.withRecords(part, fromOffset, maxBytes);
  }

  void unpark(ParkedFetch parked) {
    followers.unpark(parked);
  }

  // ---- following

  /** Where to fetch from that leader next; null when this replica does not follow it. */
  FollowerReplica.@Nullable Position positionFor(int leaderId) {
    cell.lock.lock();
    try {
      FollowerReplica follower = cell.follower();
      return follower == null || follower.leader() != leaderId ? null : follower.position();
    } finally {
      cell.lock.unlock();
    }
  }

  /** Applies a leader's answer (P13, P14). */
  FollowerStep onAnswer(FollowerAnswer answer) {
    cell.lock.lock();
    try {
      FollowerReplica follower = cell.follower();
      return follower == null ? FollowerStep.STALE : follower.onAnswer(answer);
    } catch (OttlaException e) {
      LOG.error("event=fetched_records_refused partition={} epoch={} offset={} code={} reason=\"{}\"", cell.id,
          answer.leaderEpoch(), answer.fetchOffset(), e.code(), e.getMessage());
      return FollowerStep.BACK_OFF;
    } catch (LogFailedException e) {
      cell.failed(e);
      return FollowerStep.BACK_OFF;
    } catch (ReplicaInvariantException e) {
      cell.services.fatal().accept(e);
      return FollowerStep.BACK_OFF;
    } finally {
      cell.lock.unlock();
    }
  }

  // ---- ISR

  /** Proposes an ISR change if one is due (P22–P24). */
  void checkIsr() {
    cell.lock.lock();
    try {
      LeaderReplica leader = cell.leader();
      if (leader != null) {
        proposeLocked(leader);
      }
    } finally {
      cell.lock.unlock();
    }
  }

  void proposeLocked(LeaderReplica leader) {
    leader.propose(cell.services.brokers(), cell.services.clock().millis())
        .ifPresent(proposal -> cell.services.isr().send(this, proposal));
  }

  void onProposalAnswer(IsrProposal proposal, IsrAnswer answer) {
    PartitionWaits.After after = new PartitionWaits.After();
    cell.lock.lock();
    try {
      LeaderReplica leader = cell.leader();
      if (leader != null) {
        PartitionWaits.Marks before = cell.marks();
        leader.onProposalAnswer(proposal, answer);
        settle(before, after);
      }
    } finally {
      cell.lock.unlock();
    }
    after.run();
  }

  void onOwnStall() {
    cell.lock.lock();
    try {
      LeaderReplica leader = cell.leader();
      if (leader != null) {
        leader.onOwnStall(cell.services.clock().millis());
      }
    } finally {
      cell.lock.unlock();
    }
  }

  // ---- metadata

  /** Applies committed metadata; whoever waited on a leadership that is over is answered (P27). A replica offline has no role. */
  Transition apply(PartitionView view) {
    PartitionWaits.After after = new PartitionWaits.After();
    Transition transition;
    cell.lock.lock();
    try {
      newestLeaderEpoch = Math.max(newestLeaderEpoch, view.state().leaderEpoch());
      if (!cell.serves()) {
        return Transition.IGNORED;
      }
      wasInSync |= view.state().isr().contains(cell.services.session().brokerId());
      transition = applyLocked(view, after);
    } catch (LogFailedException e) {
      cell.failed(e);
      transition = Transition.IGNORED;
    } finally {
      cell.lock.unlock();
    }
    after.run();
    if (transition == Transition.BECAME_LEADER && forceBeforeAck) {
      cell.services.forces().accept(this);
    }
    return transition;
  }

  private Transition applyLocked(PartitionView view, PartitionWaits.After after) {
    PartitionWaits.Marks before = cell.marks();
    boolean led = cell.replica.leader() != null;
    Transition transition;
    try {
      transition = cell.replica.apply(view, cell.services.clock().millis());
      putOff = null;
    } catch (OttlaException e) {
      // No room to note the start of the epoch (P26): without it nothing may be led. Tried again until there is.
      LOG.warn("event=leadership_put_off partition={} topic={} leaderEpoch={} code={} reason=\"{}\"", cell.id,
          cell.topic, view.state().leaderEpoch(), e.code(), e.getMessage());
      putOff = view;
      return Transition.IGNORED;
    }
    boolean over = transition != Transition.IGNORED && transition != Transition.UPDATED;
    settle(before, after);
    if (led && over) {
      cell.waits.abandon("the leadership ended before the acks", after);
    }
    if (over) {
      LOG.info(
          "event=role partition={} topic={} role={} leader={} leaderEpoch={} partitionEpoch={} isr={} leo={} hw={}",
          cell.id, cell.topic, transition, view.state().leader(), view.state().leaderEpoch(),
          view.state().partitionEpoch(), view.state().isr(), cell.log.logEndOffset(), cell.replica.highWatermark());
    }
    return transition;
  }

  /** Tries again what found no room. */
  void retryPutOff() {
    PartitionView view;
    cell.lock.lock();
    try {
      view = putOff;
    } finally {
      cell.lock.unlock();
    }
    if (view != null) {
      apply(view);
    }
  }

  /**
   * The log or its directory failed: nothing is served from here on. Never blocks.
   *
   * @return the newest leader epoch under which this replica can have told anybody about its log
   */
  int goOffline() {
    cell.goOffline();
    return newestLeaderEpoch;
  }

  /** Answers whoever waits on a replica that went offline, as by the end of a leadership. */
  void abandonWaits() {
    abandon("the storage failed before the acks; the records may commit later", () -> {});
  }

  /** The topic is gone, or the broker stops: nothing is served any more. */
  void close() {
    abandon("the partition was closed before the acks", cell::close);
  }

  private void abandon(String message, Runnable first) {
    PartitionWaits.After after = new PartitionWaits.After();
    cell.lock.lock();
    try {
      first.run();
      cell.waits.abandon(message, after);
    } finally {
      cell.lock.unlock();
    }
    after.run();
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
    cell.lock.lock();
    try {
      ReplicaRole role = cell.replica.role();
      String name = cell.leader() != null ? "LEADER" : cell.follower() != null ? "FOLLOWER" : "OFFLINE";
      return new Snapshot(name, role == null ? NO_EPOCH : role.leaderEpoch(), cell.log.logStartOffset(),
          cell.replica.highWatermark(), cell.log.durableOffset(), cell.log.logEndOffset());
    } finally {
      cell.lock.unlock();
    }
  }

  boolean serves() {
    return cell.serves();
  }

  boolean leads() {
    cell.lock.lock();
    try {
      return cell.leader() != null;
    } finally {
      cell.lock.unlock();
    }
  }
}
