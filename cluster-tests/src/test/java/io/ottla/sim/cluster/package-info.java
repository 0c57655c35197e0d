/**
 * Controllers, brokers, clients, disks, network and clocks in one deterministic world: production code but for its threads and sockets, and a
 * model outside that remembers everything.
 */
@NullMarked
package io.ottla.sim.cluster;

import org.jspecify.annotations.NullMarked;
