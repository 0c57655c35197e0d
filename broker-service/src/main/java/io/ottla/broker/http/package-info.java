/** HTTP adapters of the broker. */
@NullMarked
package io.ottla.broker.http;

import org.jspecify.annotations.NullMarked;
