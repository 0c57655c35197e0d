package io.ottla.broker.replica;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.broker.replica.port.ReplicaLog;

/**
 * This broker's replica of one partition; the owner of its role. Not thread-safe: used under the partition's lock.
 *
 * <pre>
 *  metadata says                         role
 *  ------------------------------------  ------------------------------------------------------------
 *  leaderEpoch below the known one       unchanged (P28)
 *  same leaderEpoch, partitionEpoch      unchanged but for ISR, replicas, min ISR (P28)
 *    not below the known one
 *  higher leaderEpoch, leader = self     LeaderReplica, also if it led before: a new leadership (P26)
 *  higher leaderEpoch, leader = other    FollowerReplica; nothing is truncated yet (P27)
 *  higher leaderEpoch, leader = none     IdleReplica
 * </pre>
 */
public final class PartitionReplica {
  /** Makes roles; tests plant bugs here. */
  interface Roles {
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs);

    FollowerReplica follower(ReplicaContext context, PartitionView view);
  }

  private static final Roles PRODUCTION = new Roles() {
    @Override
    public LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs);
    }

    @Override
    public FollowerReplica follower(ReplicaContext context, PartitionView view) {
      return new FollowerReplica(context, view);
    }
  };

  private final ReplicaContext context;
  private final Roles roles;
  private @Nullable ReplicaRole role;

  /**
   * @param highWatermark what a checkpoint remembers; limited to the log's end
   */
  public PartitionReplica(int brokerId, ReplicaLog log, long highWatermark, ReplicationSettings settings,
      ReplicaAlarms alarms) {
    this(brokerId, log, highWatermark, settings, alarms, PRODUCTION);
  }

  PartitionReplica(int brokerId, ReplicaLog log, long highWatermark, ReplicationSettings settings, ReplicaAlarms alarms,
      Roles roles) {
    HighWatermark start = new HighWatermark(Math.max(highWatermark, log.logStartOffset()));
    start.limitTo(log.logEndOffset());
    this.context = new ReplicaContext(brokerId, log, start, settings, alarms);
    this.roles = roles;
  }

  /** The role, null before the first metadata. */
  public @Nullable ReplicaRole role() {
    return role;
  }

  /** The leader role, or null when this replica does not lead. */
  public @Nullable LeaderReplica leader() {
    return role instanceof LeaderReplica leader ? leader : null;
  }

  /** The follower role, or null when this replica does not follow. */
  public @Nullable FollowerReplica follower() {
    return role instanceof FollowerReplica follower ? follower : null;
  }

  /** The log. */
  public ReplicaLog log() {
    return context.log();
  }

  /** First offset not known to be committed. */
  public long highWatermark() {
    return context.highWatermark().value();
  }

  /** Applies committed metadata. Anything that waited on the old role must be settled by the caller (P27). */
  public Transition apply(PartitionView view, long nowMs) {
    ReplicaRole current = role;
    if (current == null || view.leaderEpoch() > current.leaderEpoch()) {
      return begin(view, nowMs);
    }
    if (view.leaderEpoch() < current.leaderEpoch() || view.partitionEpoch() < current.view().partitionEpoch()) {
      return Transition.IGNORED;
    }
    switch (current) {
      case LeaderReplica leader -> leader.update(view);
      case FollowerReplica follower -> follower.update(view);
      case IdleReplica idle -> idle.update(view);
    }
    return Transition.UPDATED;
  }

  private Transition begin(PartitionView view, long nowMs) {
    if (view.leader() == context.brokerId()) {
      // Durable before anything is served: followers of this epoch are told where it starts (P26).
      context.log().startEpoch(view.leaderEpoch());
      role = roles.leader(context, view, nowMs);
      return Transition.BECAME_LEADER;
    }
    if (!view.state().hasLeader() || !view.isReplica(context.brokerId())) {
      role = new IdleReplica(view);
      return Transition.BECAME_IDLE;
    }
    role = roles.follower(context, view);
    return Transition.BECAME_FOLLOWER;
  }

  /** Where an append stands (P8, P29). */
  public AckState ackState(int leaderEpoch, long endOffset, int acks) {
    LeaderReplica leader = leader();
    if (leader == null || leader.leaderEpoch() != leaderEpoch) {
      return AckState.LEADERSHIP_LOST;
    }
    return leader.ackState(endOffset, acks);
  }
}
