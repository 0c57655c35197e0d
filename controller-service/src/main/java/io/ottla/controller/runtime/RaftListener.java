package io.ottla.controller.runtime;

import io.ottla.controller.raft.RaftNotice;

/** The part of a controller that lives on the Raft thread beside the core. */
interface RaftListener {
  /** Something happened; called after the effects of the step are carried out, in order. */
  void onNotice(RaftAccess raft, RaftNotice notice);

  /** Time has passed. */
  void onTick(RaftAccess raft);

  /** Does a bounded piece of work that is waiting. True when there is more. */
  boolean onIdle(RaftAccess raft);
}
