package io.ottla.controller.runtime;

/** Ends the node: storage failed or an invariant is broken, so nothing it would still say can be trusted (Q42). Called at most once. */
@FunctionalInterface
public interface FatalHandler {
  /** @param thread name of the thread that found it */
  void fatal(String thread, Throwable cause);
}
