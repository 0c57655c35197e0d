/** Faults a node commits when a test tells it to. Off unless the settings say otherwise. */
@NullMarked
package io.ottla.common.fault;

import org.jspecify.annotations.NullMarked;
