/** The HTTP API that clients speak: what all of its paths share, from the filter at the door to the shape of an error. */
@NullMarked
package io.ottla.broker.http.api;

import org.jspecify.annotations.NullMarked;
