package io.ottla.controller.runtime;

import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.List;

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

    @Override
    public void peers(VoterSet voters, List<Voter> observers) {
    }

    @Override
    public void snapshotWritten(long millis) {
    }
  };

  /** The log was forced. */
  void forced(long nanos);

  /** The voter's role changed. */
  void roleChanged(Role from, Role to);

  /** Who votes and who observes from now on. */
  void peers(VoterSet voters, List<Voter> observers);

  /** A snapshot was written, in so many milliseconds. */
  void snapshotWritten(long millis);

  /** A committed entry elected a leader that may lack committed records (M21 d, e). */
  default void uncleanElection() {
  }

  /** A decision was proposed, committed and applied. */
  void committed(long nanos);
}
