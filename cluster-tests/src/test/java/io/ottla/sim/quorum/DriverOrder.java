package io.ottla.sim.quorum;

import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.StorageTask;
import io.ottla.controller.raft.VoterSet;
import java.util.List;
import java.util.Set;

/** The order in which a simulated driver does things: the production order, unless a bug is planted. */
interface DriverOrder {
  /** What every real driver does. */
  DriverOrder PRODUCTION = new DriverOrder() {};

  /** What makes a written file a snapshot, and that it is told of (Q32). */
  enum Publication {
    FORCE, RENAME, FORCE_DIRECTORY, REPORT
  }

  /** What reaches the vote file when this state is to be stored. */
  default HardState stored(HardState state) {
    return state;
  }

  default List<RaftEffect> effects(RaftOutput output) {
    return DurabilityOrder.effects(output);
  }

  default List<StorageStep> storageSteps(List<StorageTask> tasks) {
    return DurabilityOrder.storageSteps(tasks);
  }

  /** What is done with a snapshot of this node's own state once it is written. */
  default List<Publication> written() {
    return List.of(Publication.values());
  }

  /** What is done with a snapshot once it is received whole. */
  default List<Publication> received() {
    return List.of(Publication.values());
  }

  /** The voters that a snapshot at this index names. */
  default VoterSet snapshotVoters(RaftCore core, long index) {
    return core.votersAt(index);
  }

  /** Whether the state is taken when the snapshot begins and not when it is done. */
  default boolean snapshotsAreImages() {
    return true;
  }

  /** Whether the state in an installed snapshot replaces the one there was. */
  default boolean loadsInstalledState() {
    return true;
  }

  /** Whether old snapshots that are being sent are spared. */
  default Set<SnapshotId> spared(Set<SnapshotId> inUse) {
    return inUse;
  }

  /** Whether the checker compares each storage step with the table of what must be durable first; otherwise only consequences count. */
  default boolean stepsAreChecked() {
    return true;
  }
}
