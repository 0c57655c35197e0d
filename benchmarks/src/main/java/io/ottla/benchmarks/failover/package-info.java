/** How long a client waits when a leader dies. */
@NullMarked
package io.ottla.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
