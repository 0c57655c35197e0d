package io.ottla.broker.gateway;

import java.util.OptionalLong;

/** Where ids for idempotent producers come from (P36). Any thread that may block for a moment. */
@FunctionalInterface
public interface ProducerIdSource {
  /** No ids: nothing is sent twice, and an unknown outcome is reported as such (P39). */
  ProducerIdSource NONE = OptionalLong::empty;

  /** An id that nobody else was ever given; empty when there is none at the moment. */
  OptionalLong next();
}
