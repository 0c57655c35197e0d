package io.ottla.broker.catalog;

import io.ottla.common.metadata.MetadataDelta;

/**
 * Acts on each applied entry before the image with it is published (M36). Called by the follower's thread, in order, once per entry; for all
 * entries that a snapshot skips, once with their joint effect (M35).
 */
@FunctionalInterface
public interface MetadataListener {
  /** What happened, as a whole; epochs and indexes may have risen by more than one. */
  void onDelta(MetadataDelta delta);
}
