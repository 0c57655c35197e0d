/** Records and record batches (format version 2, P2): layout, building, reading, validation, and the key hash that picks partitions. */
@NullMarked
package io.ottla.common.record;

import org.jspecify.annotations.NullMarked;
