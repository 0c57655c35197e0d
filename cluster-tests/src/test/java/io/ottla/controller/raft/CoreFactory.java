package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;

/** Makes cores that follow rules other than the protocol's; lives here because production code offers no way to do that. */
public final class CoreFactory {
  /** The protocol's rules. */
  public static final RaftRules PROTOCOL = RaftRules.PROTOCOL;

  private CoreFactory() {
  }

  /** A production core that asks the given rules. */
  public static RaftCore newCore(RaftIdentity identity, Voter address, RaftConfig config, RaftRules rules,
      HardState hardState, RaftLog log, SnapshotStore snapshots, RandomSource random, long nowMs) {
    return new RaftCore(identity, address, config, rules, hardState, log, snapshots, random, nowMs);
  }

  /** Rules to plant a bug in. */
  public abstract static class BrokenRules extends RaftRules {
    /** Starts from the protocol's rules. */
    protected BrokenRules() {
    }
  }
}
