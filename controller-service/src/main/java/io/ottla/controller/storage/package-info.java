/** The controllers' files: metadata log, term and vote, identity; every write in the order that survives a power cut. */
@NullMarked
package io.ottla.controller.storage;

import org.jspecify.annotations.NullMarked;
