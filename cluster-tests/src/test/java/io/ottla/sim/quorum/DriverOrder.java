package io.ottla.sim.quorum;

import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.StorageStep;
import java.util.List;

/** The order in which a simulated driver does things: the production order, unless a bug is planted. */
interface DriverOrder {
  /** What every real driver does. */
  DriverOrder PRODUCTION = new DriverOrder() {};

  /** What reaches the vote file when this state is to be stored. */
  default HardState stored(HardState state) {
    return state;
  }

  default List<RaftEffect> effects(RaftOutput output) {
    return DurabilityOrder.effects(output);
  }

  default List<StorageStep> storageSteps(List<LogWrite> writes) {
    return DurabilityOrder.storageSteps(writes);
  }
}
