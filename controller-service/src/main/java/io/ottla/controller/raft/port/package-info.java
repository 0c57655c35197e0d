/** What the Raft core and its driver need from storage; each port has one contract suite that every adapter and fake passes. */
@NullMarked
package io.ottla.controller.raft.port;

import org.jspecify.annotations.NullMarked;
