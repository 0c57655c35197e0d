package io.ottla.controller.raft.port;

/** The fake keeps to the contract. */
final class MemorySnapshotStoreTest extends SnapshotStoreContract {
  private final MemorySnapshotStore store = new MemorySnapshotStore();

  @Override
  protected SnapshotStore open() {
    return store;
  }

  @Override
  protected SnapshotStore openAnother() {
    return new MemorySnapshotStore();
  }

  @Override
  protected void crash() {
    store.crash();
  }
}
