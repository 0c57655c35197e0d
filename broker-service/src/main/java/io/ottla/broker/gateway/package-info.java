/** What the client API asks of the cluster: produce, read and administer from any broker, here or forwarded to whoever can. */
@NullMarked
package io.ottla.broker.gateway;

import org.jspecify.annotations.NullMarked;
