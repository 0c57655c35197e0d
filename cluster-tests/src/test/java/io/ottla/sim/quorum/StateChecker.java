package io.ottla.sim.quorum;

import static io.ottla.sim.quorum.QuorumChecker.require;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.io.UncheckedIOException;

/** State machines and snapshots: I6 and I13. */
final class StateChecker {
  private final CommittedLog committed;

  StateChecker(CommittedLog committed) {
    this.committed = committed;
  }

  /** Every state machine passes through the same states. */
  void applied(SimVoter node, LogEntry entry) {
    SimState state = node.state();
    require(entry.index() == state.index(), "I6", "node %s applies %s as number %d", node.key(), entry, state.index());
    require(committed.stateHash(state.index(), state.hash()) == state.hash(), "I13", "node %s has another state at %d",
        node.key(), entry.index());
  }

  void snapshotTaken(SimVoter node, SnapshotId id, VoterSet voters, byte[] state) {
    check(node, id, voters, SimState.of(state));
  }

  /** What a node goes on from is what replay would have led it to. */
  SimState loaded(SimVoter node, Snapshot snapshot) {
    try (var in = node.directory().snapshots().openState(snapshot.id())) {
      SimState state = SimState.of(in.readAllBytes());
      check(node, snapshot.id(), snapshot.voters(), state);
      return state;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check(SimVoter node, SnapshotId id, VoterSet voters, SimState state) {
    long index = id.lastIndex();
    require(index <= committed.lastIndex(), "I13", "node %s has snapshot %s of what is not committed", node.key(), id);
    require(state.index() == index && state.term() == id.lastTerm() && state.digest() == committed.digestAt(index)
        && committed.stateHash(index, state.hash()) == state.hash(), "I13",
        "node %s has a snapshot %s that is not what replay leads to", node.key(), id);
    var inForce = committed.votersAt(index);
    // Before the first change the voters are those each disk was formatted with, and later disks with later ones.
    require(inForce.getKey() == 0 || inForce.getValue().equals(voters), "I13",
        "node %s has snapshot %s with voters %s, in force were %s",
        node.key(), id, voters, inForce.getValue());
  }
}
