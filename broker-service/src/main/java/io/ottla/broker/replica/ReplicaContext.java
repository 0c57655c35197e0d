package io.ottla.broker.replica;

import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.broker.replica.port.ReplicaLog;

/** What a replica keeps while its role changes. */
record ReplicaContext(int brokerId, ReplicaLog log, HighWatermark highWatermark, ReplicationSettings settings,
    ReplicaAlarms alarms) {}
