package io.ottla.sim.quorum;

import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.RaftLogContract;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimFile;

/** The simulated log keeps to the contract of the real one. */
final class SimRaftLogTest extends RaftLogContract {
  private final SimFile<Frame> file = new SimFile<>();

  @Override
  protected RaftLog open() {
    return new SimRaftLog(file);
  }

  @Override
  protected void crash() {
    file.crash(new SeededRandom(7));
  }
}
