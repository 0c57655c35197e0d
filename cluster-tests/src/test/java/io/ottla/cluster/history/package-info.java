/** What clients sent and were told, and the checker that holds it against what the logs say; pure, no clock and no network. */
@NullMarked
package io.ottla.cluster.history;

import org.jspecify.annotations.NullMarked;
