package io.ottla.sim.quorum;

import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.RaftLogContract;
import io.ottla.sim.SeededRandom;

/** The simulated log keeps to the contract of the real one. */
final class SimRaftLogTest extends RaftLogContract {
  private final SimLogFile file = new SimLogFile();
  private final SeededRandom random = new SeededRandom(7);

  @Override
  protected RaftLog open() {
    return new SimRaftLog(file, Recovery.PRODUCTION, SnapshotId::lastIndex);
  }

  @Override
  protected void crash() {
    file.crash(random, true);
  }
}
