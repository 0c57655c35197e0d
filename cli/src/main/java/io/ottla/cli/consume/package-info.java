/** From partitions to lines on standard output. */
@NullMarked
package io.ottla.cli.consume;

import org.jspecify.annotations.NullMarked;
