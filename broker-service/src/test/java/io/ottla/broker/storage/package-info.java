/** Tests of the real files, and of what other tools read in them. */
@NullMarked
package io.ottla.broker.storage;

import org.jspecify.annotations.NullMarked;
