package io.ottla.broker.runtime;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.common.time.MonotonicClock;

/**
 * What every hosted partition uses of this broker.
 *
 * @param forces where to ask for a force of a partition's log
 * @param isr where ISR proposals go
 * @param storage told of logs that failed
 * @param fatal told of invariants that are broken, after which this process must end
 * @param duplicates counts repeated batches of idempotent producers, which were answered with the offsets of the originals
 */
record HostServices(MonotonicClock clock, BrokerSession session, BrokerStates brokers, Purgatory purgatory,
    Consumer<HostedPartition> forces, IsrOutbox isr, StorageFailures storage, Consumer<Throwable> fatal,
    LongAdder duplicates) {}
