/** Measurements on a running cluster: load and failover, as a client sees them. */
@NullMarked
package io.ottla.benchmarks;

import org.jspecify.annotations.NullMarked;
