/** How controllers bear a hundred thousand partitions. */
@NullMarked
package io.ottla.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
