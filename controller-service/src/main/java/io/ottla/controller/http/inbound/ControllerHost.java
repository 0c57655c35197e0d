package io.ottla.controller.http.inbound;

import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.FormationRunner;
import io.ottla.controller.runtime.NodeState;
import org.jspecify.annotations.Nullable;

/** The node behind the endpoints, which exist before it has recovered. Any thread. */
public interface ControllerHost {
  /** The node's id, from its settings. */
  int nodeId();

  /** Where it is on its way. */
  NodeState state();

  /** Formation, from the start on; null in quarantine, when not even the identity is known for certain. */
  @Nullable
  FormationRunner formation();

  /** The controller once it runs, else null. */
  @Nullable
  Controller controller();
}
