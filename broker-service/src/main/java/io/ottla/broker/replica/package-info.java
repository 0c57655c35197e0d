/**
 * Replication of one partition as a pure core: leader and follower, their progress, the high watermark and the ISR. Time comes in as an
 * argument, the log and the cluster's state through {@link io.ottla.broker.replica.port}, and it starts no threads: whoever hosts a
 * partition calls it under that partition's lock.
 */
@NullMarked
package io.ottla.broker.replica;

import org.jspecify.annotations.NullMarked;
