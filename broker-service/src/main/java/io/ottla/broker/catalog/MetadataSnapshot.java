package io.ottla.broker.catalog;

import java.io.IOException;
import java.io.InputStream;

/**
 * A snapshot that a controller offers; not yet read. To be closed by whoever asked for it.
 *
 * @param clusterId the controller's cluster
 * @param index index of the last entry in it
 * @param term that entry's term
 * @param state its state, for {@link io.ottla.common.metadata.ImageSnapshot}; reads fail when the controller breaks off or takes too long
 */
public record MetadataSnapshot(String clusterId, long index, long term, InputStream state) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    state.close();
  }
}
