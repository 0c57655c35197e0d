/** The load generator must not lie: tests of its HTTP reading and of its refusal to count failures. */
@NullMarked
package io.ottla.benchmarks.load;

import org.jspecify.annotations.NullMarked;
