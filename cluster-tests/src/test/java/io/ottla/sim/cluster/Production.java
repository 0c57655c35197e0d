package io.ottla.sim.cluster;

import io.ottla.broker.log.MemoryDisk;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import java.util.UUID;

/** What a run takes from production. A planted bug replaces one of these. */
class Production {
  static final Production AS_IT_IS = new Production();

  /** The control of a controller. */
  ClusterControl control(ControlSettings settings, RandomSource random) {
    return new ClusterControl(settings, random);
  }

  /** The cores of a broker's replicas. */
  BrokerTurns.Replicas replicas(SimCluster cluster, int brokerId) {
    return (id, log, highWatermark, settings, alarms) -> new PartitionReplica(id, log, highWatermark, settings,
        (kind, detail) -> cluster.checker().alarm(brokerId, kind, detail));
  }

  /** An empty disk. */
  MemoryDisk disk(UUID id) {
    return new MemoryDisk(id);
  }

  /** Whether followers force what they append before they fetch again. */
  boolean followersForce() {
    return true;
  }

  /** Lets a broker's logs lose what is too old or too much. */
  void retain(BrokerTurns replicas, long wallMs) {
    replicas.retain(wallMs);
  }

  /** How far consumers may read; negative for as far as production lets them. */
  long readableEnd(BrokerTurns.Hosted hosted) {
    return -1;
  }
}
