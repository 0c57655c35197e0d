package io.ottla.broker.catalog;

import java.util.List;

/**
 * What a controller says about the committed metadata from an index on.
 *
 * @param clusterId the controller's cluster
 * @param term the term it knows
 * @param commitIndex the last entry it has committed and applied
 * @param logStartIndex the first entry it can give; below it there is only a snapshot (M35)
 * @param entries without gaps from the index asked for, or none
 */
public record MetadataPage(String clusterId, long term, long commitIndex, long logStartIndex, List<Entry> entries) {
  /** Copies the list. */
  public MetadataPage {
    entries = List.copyOf(entries);
  }

  /**
   * One committed entry, to be applied as a whole (M36).
   *
   * @param records the records as a JSON array in UTF-8; never changed by the receiver
   */
  public record Entry(long index, long term, byte[] records) {}
}
