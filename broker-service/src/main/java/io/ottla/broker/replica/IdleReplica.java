package io.ottla.broker.replica;

/** A replica of a partition that nobody leads: it neither fetches nor serves (P27). */
public final class IdleReplica implements ReplicaRole {
  private PartitionView view;

  IdleReplica(PartitionView view) {
    this.view = view;
  }

  @Override
  public int leaderEpoch() {
    return view.leaderEpoch();
  }

  @Override
  public PartitionView view() {
    return view;
  }

  void update(PartitionView newer) {
    view = newer;
  }
}
