/** Tests. */
@NullMarked
package io.ottla.cli.local;

import org.jspecify.annotations.NullMarked;
