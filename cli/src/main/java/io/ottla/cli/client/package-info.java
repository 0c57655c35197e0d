/** The brokers' REST API as the commands see it, with refusals and unknown outcomes kept apart. */
@NullMarked
package io.ottla.cli.client;

import org.jspecify.annotations.NullMarked;
