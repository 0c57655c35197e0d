/** The broker's threads around the pure cores: hosted partitions, forcing, fetching, waiting, and the ISR. */
@NullMarked
package io.ottla.broker.runtime;

import org.jspecify.annotations.NullMarked;
