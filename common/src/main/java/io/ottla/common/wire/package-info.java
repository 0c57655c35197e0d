/** Request and response records of the calls between nodes; no behaviour beyond validation. */
@NullMarked
package io.ottla.common.wire;

import org.jspecify.annotations.NullMarked;
