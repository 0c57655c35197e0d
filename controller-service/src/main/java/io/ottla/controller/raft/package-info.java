/** The Raft core: a pure state machine, {@code step(input, now) -> output}; no thread, clock, disk or network inside (Q6). */
@NullMarked
package io.ottla.controller.raft;

import org.jspecify.annotations.NullMarked;
