/** Real files behind the storage ports: the layout of a data directory, and every force it takes to survive a power cut. */
@NullMarked
package io.ottla.broker.storage;

import org.jspecify.annotations.NullMarked;
