/** From lines on standard input to acknowledged records, in order per key. */
@NullMarked
package io.ottla.cli.produce;

import org.jspecify.annotations.NullMarked;
