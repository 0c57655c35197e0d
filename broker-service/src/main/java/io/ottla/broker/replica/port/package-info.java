/** What replication needs from a log and from the metadata; implemented by the real ones and by fakes that can crash. */
@NullMarked
package io.ottla.broker.replica.port;

import org.jspecify.annotations.NullMarked;
