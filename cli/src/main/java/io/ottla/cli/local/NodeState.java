package io.ottla.cli.local;

import java.util.Locale;

/** What a node is seen to be doing from outside. */
public enum NodeState {
  /** Its readiness probe answers yes. */
  READY,
  /** It answers, but must not be sent requests: starting, recovering, fenced or draining. */
  NOT_READY,
  /** The process lives but its management port does not listen yet. */
  STARTING,
  /** The process lives but does not answer: suspended or stuck. */
  UNRESPONSIVE,
  /** There is no process. */
  STOPPED;

  /** As shown and as written in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
