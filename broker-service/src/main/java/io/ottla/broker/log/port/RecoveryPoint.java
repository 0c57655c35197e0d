package io.ottla.broker.log.port;

import java.io.IOException;

/**
 * The durable hint below which a log's end can never be in doubt. It may lag behind what is forced, and must never lead it: a log that ends
 * below it counts as damaged (P43).
 */
public interface RecoveryPoint {
  /** Takes the hint back to at most {@code offset}, durable on return. Called before a truncation. */
  void lower(long offset) throws IOException;
}
