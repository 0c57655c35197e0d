package io.ottla.broker.catalog;

import java.io.IOException;

import io.ottla.common.wire.MetadataFetchResponse;

/** Committed metadata entries from some controller. Used by the follower's thread only. */
public interface MetadataSource {
  /**
   * Asks the controller at hand; blocks up to the wait and a grace.
   *
   * @throws IOException when it did not answer as it should; the next call asks another one
   */
  MetadataFetchResponse fetch(long fromIndex, int maxBytes, int maxWaitMs) throws IOException, InterruptedException;

  /** Turns to another controller: the one at hand is behind, or not of this cluster (M37). */
  void next();
}
