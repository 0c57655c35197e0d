package io.ottla.broker.catalog;

import io.ottla.common.metadata.MetadataDelta;

/** Acts on each applied entry before the image with it is published (M36). Called by the follower's thread, in order, once per entry. */
@FunctionalInterface
public interface MetadataListener {
  /** One entry, as a whole. */
  void onDelta(MetadataDelta delta);
}
