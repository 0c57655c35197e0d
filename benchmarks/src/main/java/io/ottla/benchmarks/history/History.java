package io.ottla.benchmarks.history;

import java.util.function.Consumer;

/** Events that can be gone through again and again. */
@FunctionalInterface
public interface History {
  /** Goes through all events once, in their order. */
  void forEach(Consumer<Event> visitor);
}
