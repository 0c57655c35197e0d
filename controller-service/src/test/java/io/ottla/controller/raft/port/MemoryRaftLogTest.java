package io.ottla.controller.raft.port;

/** The fake keeps to the contract. */
final class MemoryRaftLogTest extends RaftLogPrefixContract {
  private MemoryRaftLog log = new MemoryRaftLog();

  @Override
  protected RaftLog open() {
    return log;
  }

  @Override
  protected void crash() {
    log.crash();
  }

  @Override
  protected void startAnew() {
    log = new MemoryRaftLog();
  }
}
