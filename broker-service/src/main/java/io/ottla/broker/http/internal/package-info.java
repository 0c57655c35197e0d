/** What other nodes may ask of this broker: records for followers, forwarded produce and read, and its replicas' status. */
@NullMarked
package io.ottla.broker.http.internal;

import org.jspecify.annotations.NullMarked;
