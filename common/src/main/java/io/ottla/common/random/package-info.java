/** The port for randomness, so that a seed decides everything in a simulation. */
@NullMarked
package io.ottla.common.random;

import org.jspecify.annotations.NullMarked;
