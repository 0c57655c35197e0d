/** A node's settings, read once at start and validated together. */
@NullMarked
package io.ottla.common.config;

import org.jspecify.annotations.NullMarked;
