/** The {@code ottla} command: one class per command, no Spring, exit codes that mean something. */
@NullMarked
package io.ottla.cli;

import org.jspecify.annotations.NullMarked;
