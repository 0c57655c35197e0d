/** Clients that make one call after the other, and the gaps between their acknowledgements. */
@NullMarked
package io.ottla.benchmarks.pulse;

import org.jspecify.annotations.NullMarked;
