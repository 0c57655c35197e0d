/** Calls this broker makes to other nodes: controllers, and leaders it follows. */
@NullMarked
package io.ottla.broker.http.outbound;

import org.jspecify.annotations.NullMarked;
