/** The HTTP load generator: one event loop over plain sockets, because it shares two cores with the cluster it measures. */
@NullMarked
package io.ottla.benchmarks.load;

import org.jspecify.annotations.NullMarked;
