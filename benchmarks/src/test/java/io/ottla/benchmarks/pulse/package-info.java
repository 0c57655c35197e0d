/** Tests of the clients that make one call after the other. */
@NullMarked
package io.ottla.benchmarks.pulse;

import org.jspecify.annotations.NullMarked;
