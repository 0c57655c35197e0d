package io.ottla.controller.raft;

/** One thing for the driver to do on the Raft thread; a crash may fall between any two of them. */
public sealed interface RaftEffect {
  /** Make term and vote durable; blocks until they are. */
  record PersistHardState(HardState hardState) implements RaftEffect {}

  /** Enqueue for the storage thread; does not wait. */
  record Store(StorageTask task) implements RaftEffect {}

  /** Send, without waiting for anything. */
  record Send(RaftMessage message) implements RaftEffect {}

  /** Tell the runtime. */
  record Notify(RaftNotice notice) implements RaftEffect {}
}
