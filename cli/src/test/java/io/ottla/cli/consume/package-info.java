/** Tests. */
@NullMarked
package io.ottla.cli.consume;

import org.jspecify.annotations.NullMarked;
