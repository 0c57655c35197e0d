/** A broker's membership: directory identity, registration, heartbeats, fencing, lease, and orderly shutdown. */
@NullMarked
package io.ottla.broker.lifecycle;

import org.jspecify.annotations.NullMarked;
