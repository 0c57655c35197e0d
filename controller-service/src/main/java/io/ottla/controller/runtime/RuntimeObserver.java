package io.ottla.controller.runtime;

import io.ottla.controller.raft.Role;

/** Is told what is worth counting. Called on the runtime's threads; must be quick and must not throw. */
public interface RuntimeObserver {
  /** Counts nothing. */
  RuntimeObserver NONE = new RuntimeObserver() {
    @Override
    public void forced(long nanos) {
    }

    @Override
    public void roleChanged(Role from, Role to) {
    }

    @Override
    public void committed(long nanos) {
    }
  };

  /** The log was forced. */
  void forced(long nanos);

  /** The voter's role changed. */
  void roleChanged(Role from, Role to);

  /** A decision was proposed, committed and applied. */
  void committed(long nanos);
}
