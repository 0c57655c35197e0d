/** Tests of following the metadata. */
@NullMarked
package io.ottla.broker.catalog;

import org.jspecify.annotations.NullMarked;
