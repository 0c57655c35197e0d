/** What a controller counts, under the names of the operations manual. */
@NullMarked
package io.ottla.controller.metrics;

import org.jspecify.annotations.NullMarked;
