/** Identities: nodes, partitions, and offsets paired with the epoch that gives them meaning. */
@NullMarked
package io.ottla.common.id;

import org.jspecify.annotations.NullMarked;
