/** Tests of the metadata core. */
@NullMarked
package io.ottla.common.metadata;

import org.jspecify.annotations.NullMarked;
