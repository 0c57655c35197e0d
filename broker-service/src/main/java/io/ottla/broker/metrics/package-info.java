/** A broker in numbers. */
@NullMarked
package io.ottla.broker.metrics;

import org.jspecify.annotations.NullMarked;
