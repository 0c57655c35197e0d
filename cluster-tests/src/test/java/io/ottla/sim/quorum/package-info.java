/** The controller quorum under simulation: production core and effect order, simulated everything else, and the invariants it must keep. */
@NullMarked
package io.ottla.sim.quorum;

import org.jspecify.annotations.NullMarked;
