package io.ottla.broker.replica;

/** What a replica is in one leader epoch. Each role holds only what that role may know; a new epoch makes a new role. */
public sealed interface ReplicaRole permits LeaderReplica, FollowerReplica, IdleReplica {
  /** The epoch this role belongs to. */
  int leaderEpoch();

  /** The metadata it goes by. */
  PartitionView view();
}
