/** One handler per message of the quorum; each reads as the protocol reads, rule by rule. */
@NullMarked
package io.ottla.controller.raft.rpc;

import org.jspecify.annotations.NullMarked;
