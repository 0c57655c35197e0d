package io.ottla.broker.runtime;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.FollowerReplica;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;

/**
 * What the parts of a hosted partition share: the log, the replica and its lock, who waits, and whether it serves at all. The lock guards the
 * replica and the waits.
 *
 * <p>A replica whose log or log directory failed serves nothing from that instant on, whoever noticed and whatever the metadata says (P43,
 * P44): {@link #leader} and {@link #follower} are null then, so that no ack, no read and no fetch leaves it.
 */
final class PartitionCell {
  final TopicIdPartition id;
  final String topic;
  final LogDir dir;
  final PartitionLog log;
  final PartitionReplica replica;
  final HostServices services;
  final ReentrantLock lock = new ReentrantLock();
  final PartitionWaits waits;
  private volatile boolean closed;
  private volatile boolean offline;

  PartitionCell(TopicIdPartition id, String topic, LogDir dir, PartitionLog log, PartitionReplica replica,
      HostServices services) {
    this.id = id;
    this.topic = topic;
    this.dir = dir;
    this.log = log;
    this.replica = replica;
    this.services = services;
    this.waits = new PartitionWaits(replica);
  }

  /** The leader role, if this replica has it and serves. Under the lock. */
  @Nullable
  LeaderReplica leader() {
    return serves() ? replica.leader() : null;
  }

  /** The leader role, or a refusal. Under the lock. */
  LeaderReplica requireLeader() {
    LeaderReplica leader = leader();
    if (leader == null) {
      throw new OttlaException(ErrorCode.NOT_LEADER,
          "broker " + services.session().brokerId() + " does not lead " + id);
    }
    return leader;
  }

  /** The follower role, if this replica has it and serves. Under the lock. */
  @Nullable
  FollowerReplica follower() {
    return serves() ? replica.follower() : null;
  }

  boolean serves() {
    return !closed && !offline && dir.isOnline();
  }

  boolean isClosed() {
    return closed;
  }

  /** The log was closed under somebody who was using it, or failed meanwhile; anything else is a bug. */
  void requireGone(IllegalStateException e) {
    if (serves()) {
      throw e;
    }
  }

  void close() {
    closed = true;
  }

  /** Serves nothing any more; returns whether it did. */
  boolean goOffline() {
    boolean before = offline;
    offline = true;
    return !before;
  }

  /** The log failed: the replica or its whole directory goes offline, at once and for good. May be called with the lock held. */
  void failed(LogFailedException e) {
    if (e.scope() == LogFailedException.Scope.DIRECTORY) {
      services.storage().directoryFailed(dir, e);
    } else {
      goOffline();
      services.storage().replicaFailed(id, e);
    }
  }

  PartitionWaits.Marks marks() {
    return new PartitionWaits.Marks(log.logEndOffset(), replica.highWatermark());
  }
}
