/** The client API over real HTTP, above hand-written gateways. */
@NullMarked
package io.ottla.broker.http.api;

import org.jspecify.annotations.NullMarked;
