package io.ottla.broker.boot;

import java.util.function.Consumer;

/**
 * Ends the process when its storage or an invariant failed: what is durable is unknown, and only a restart with recovery can tell (P44). No
 * orderly shutdown, which would touch the failed storage again.
 */
final class FatalExit implements Consumer<Throwable> {
  /** Exit status after a failure that a restart may cure. */
  static final int STATUS = 2;

  @Override
  public void accept(Throwable cause) {
    System.err.println("ottla: broker stops: " + cause.getMessage());
    Runtime.getRuntime().halt(STATUS);
  }
}
