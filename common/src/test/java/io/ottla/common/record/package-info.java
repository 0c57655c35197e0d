/** Tests of the record batch codec, with the field's own client library as an independent oracle. */
@NullMarked
package io.ottla.common.record;

import org.jspecify.annotations.NullMarked;
