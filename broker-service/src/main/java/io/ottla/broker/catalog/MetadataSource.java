package io.ottla.broker.catalog;

import java.io.IOException;

/** Committed metadata from some controller. Used by the follower's thread only. */
public interface MetadataSource {
  /**
   * Asks the controller at hand for entries; blocks up to the wait and a grace.
   *
   * @throws IOException when it did not answer as it should; the next call asks another one
   */
  MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) throws IOException, InterruptedException;

  /**
   * Asks the controller at hand for its newest snapshot; the caller reads and closes it.
   *
   * @throws IOException when it did not answer as it should, or has none
   */
  MetadataSnapshot snapshot() throws IOException, InterruptedException;

  /** Turns to another controller: the one at hand is behind, or not of this cluster (M37), or does not answer as it should. */
  void next();
}
