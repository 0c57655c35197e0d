/** The cluster's metadata: records that change it, immutable images of it, and the one apply path between them. */
@NullMarked
package io.ottla.common.metadata;

import org.jspecify.annotations.NullMarked;
