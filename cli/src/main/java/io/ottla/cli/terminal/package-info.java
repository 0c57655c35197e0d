/** What the commands read from and write to: standard streams, tables, progress, exit codes. */
@NullMarked
package io.ottla.cli.terminal;

import org.jspecify.annotations.NullMarked;
