/** Clusters on this machine: ports, processes, pid files, the state file, packaged applications. */
@NullMarked
package io.ottla.cli.local;

import org.jspecify.annotations.NullMarked;
