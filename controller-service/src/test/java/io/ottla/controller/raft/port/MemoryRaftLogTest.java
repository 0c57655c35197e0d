package io.ottla.controller.raft.port;

/** The fake keeps to the contract. */
final class MemoryRaftLogTest extends RaftLogContract {
  private final MemoryRaftLog log = new MemoryRaftLog();

  @Override
  protected RaftLog open() {
    return log;
  }

  @Override
  protected void crash() {
    log.crash();
  }
}
