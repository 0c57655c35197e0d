package io.ottla.broker.runtime;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.ReplicationSettings;
import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.broker.replica.port.ReplicaLog;

/**
 * Who does what the metadata thread only orders. In a running broker these are threads; a simulation takes their turns itself.
 *
 * @param purgatory who remembers deadlines
 * @param forces where to ask for a force of a partition's log
 * @param isr where ISR proposals go
 * @param following who copies from leaders
 * @param aside who does what nobody must wait for
 * @param replicas how replicas are made
 */
record Workers(Purgatory purgatory, Consumer<HostedPartition> forces, IsrOutbox isr, Following following,
    Executor aside, ReplicaFactory replicas) {

  /** Makes the core of a replica; see {@link PartitionReplica}. */
  @FunctionalInterface
  interface ReplicaFactory {
    PartitionReplica make(int brokerId, ReplicaLog log, long highWatermark, ReplicationSettings settings,
        ReplicaAlarms alarms);
  }
}
