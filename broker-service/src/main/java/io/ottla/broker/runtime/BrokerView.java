package io.ottla.broker.runtime;

import java.time.Duration;

import io.ottla.common.metadata.MetadataImage;

/** What this broker knows of itself and the cluster. Any thread. */
public interface BrokerView {
  /** This broker's node id. */
  int brokerId();

  /** The epoch of this process's registration, -1 before there is one. */
  long brokerEpoch();

  /** The cluster's id; empty before the first registration. */
  String clusterId();

  /** The newest image that the replicas have applied already (M36). */
  MetadataImage image();

  /**
   * Waits until {@link #image()} holds the entry of that index.
   *
   * @return false when the time ran out, or the broker is stopping
   */
  boolean awaitIndex(long index, Duration timeout) throws InterruptedException;
}
