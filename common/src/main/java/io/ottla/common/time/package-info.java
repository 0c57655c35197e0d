/** Ports for time: cores are handed milliseconds, adapters ask a clock. */
@NullMarked
package io.ottla.common.time;

import org.jspecify.annotations.NullMarked;
