/** What the partition log needs from storage; implemented by real files and by a fake that loses what was not forced. */
@NullMarked
package io.ottla.broker.log.port;

import org.jspecify.annotations.NullMarked;
