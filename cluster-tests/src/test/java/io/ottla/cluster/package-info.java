/** Black-box tests on real processes: nodes are killed, paused and restarted while clients keep a history that a checker judges. */
@NullMarked
package io.ottla.cluster;

import org.jspecify.annotations.NullMarked;
