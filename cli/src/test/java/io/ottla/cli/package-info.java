/** Tests. */
@NullMarked
package io.ottla.cli;

import org.jspecify.annotations.NullMarked;
