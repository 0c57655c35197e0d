package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The newest committed images by index: two controllers are compared at an index that both have (I13). Written by one thread, read by any. */
public final class RecentImages {
  private static final int KEPT = 1_024;

  private final AtomicReferenceArray<MetadataImage> ring = new AtomicReferenceArray<>(KEPT);

  void add(MetadataImage image) {
    ring.set((int) (image.index() % KEPT), image);
  }

  /** The image at an index, if it is still kept. */
  public Optional<MetadataImage> at(long index) {
    MetadataImage image = index < 0 ? null : ring.get((int) (index % KEPT));
    return image != null && image.index() == index ? Optional.of(image) : Optional.empty();
  }
}
