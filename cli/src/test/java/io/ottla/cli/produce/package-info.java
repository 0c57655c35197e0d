/** Tests. */
@NullMarked
package io.ottla.cli.produce;

import org.jspecify.annotations.NullMarked;
