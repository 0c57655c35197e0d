package io.ottla.controller.raft.port;

/** The fake keeps to the contract. */
final class MemoryQuorumStateStoreTest extends QuorumStateStoreContract {
  private final MemoryQuorumStateStore store = new MemoryQuorumStateStore();

  @Override
  protected QuorumStateStore open() {
    return store;
  }

  @Override
  protected void crash() {
    // Nothing is ever held back: what was stored is there.
  }
}
