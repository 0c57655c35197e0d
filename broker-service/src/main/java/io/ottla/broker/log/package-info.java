/**
 * The log of one partition: segments of record batches, their indexes, the leader epochs, and recovery. A pure core: files are behind
 * {@link io.ottla.broker.log.port}, time comes in as arguments, and it starts no threads.
 */
@NullMarked
package io.ottla.broker.log;

import org.jspecify.annotations.NullMarked;
