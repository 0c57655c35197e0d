package io.ottla.broker.gateway;

import io.ottla.common.metadata.MetadataImage;

/** What this broker knows of the cluster. Any thread. */
public interface ClusterView {
  /** This broker's node id. */
  int brokerId();

  /** The cluster's id, once this broker has registered. */
  String clusterId();

  /** The newest applied image of the metadata. */
  MetadataImage image();

  /**
   * Waits, on the calling virtual thread, until an image at or beyond the index is applied or the time is over.
   *
   * @return the newest image, which may still be older after the wait
   */
  MetadataImage awaitIndex(long index, long maxWaitMs) throws InterruptedException;
}
