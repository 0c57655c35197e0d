/** The broker as an observer of the metadata log: follows committed entries from any controller and publishes what they amount to. */
@NullMarked
package io.ottla.broker.catalog;

import org.jspecify.annotations.NullMarked;
