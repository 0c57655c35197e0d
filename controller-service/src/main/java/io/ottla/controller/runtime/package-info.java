/** The controllers' threads: one drives the Raft core and the metadata decisions, one writes the log; futures are completed here. */
@NullMarked
package io.ottla.controller.runtime;

import org.jspecify.annotations.NullMarked;
