package io.ottla.broker.runtime;

import java.time.Duration;

import io.ottla.broker.catalog.MetadataCatalog;
import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.common.metadata.MetadataImage;

/** The view of a running broker. Any thread. */
public final class LiveBrokerView implements BrokerView {
  private final BrokerSession session;
  private final MetadataCatalog catalog;

  /** Joins what the lifecycle and the catalog know. */
  public LiveBrokerView(BrokerSession session, MetadataCatalog catalog) {
    this.session = session;
    this.catalog = catalog;
  }

  @Override
  public int brokerId() {
    return session.brokerId();
  }

  @Override
  public long brokerEpoch() {
    return session.brokerEpoch();
  }

  @Override
  public String clusterId() {
    return session.clusterId();
  }

  @Override
  public MetadataImage image() {
    return catalog.image();
  }

  @Override
  public boolean awaitIndex(long index, Duration timeout) throws InterruptedException {
    return catalog.await(index, timeout);
  }
}
