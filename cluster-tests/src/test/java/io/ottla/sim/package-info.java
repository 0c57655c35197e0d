/** The simulation kernel: one seeded scheduler that owns time, network and disks, under which production cores run unchanged. */
@NullMarked
package io.ottla.sim;

import org.jspecify.annotations.NullMarked;
