package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * As much of a large change as goes into one entry. Far below the limits of an entry, because deciding, applying and encoding a piece holds up
 * the quorum's heartbeats, which run on the same thread; room is left for a broker's own record.
 */
final class Piece {
  /** About 10 ms of work. */
  static final int MAX_RECORDS = 2_000;
  private static final int MAX_BYTES = MetadataRecord.MAX_ENTRY_BYTES / 2;

  private final int maxRecords;
  private final List<MetadataRecord> records = new ArrayList<>();
  private int bytes;
  private boolean overflown;

  Piece(int maxRecords) {
    this.maxRecords = maxRecords;
  }

  /** Takes a record, unless there is no room for it; then nothing more is taken. */
  void offer(MetadataRecord change) {
    int size = MetadataJson.sizeBound(change);
    overflown |= !records.isEmpty() && (records.size() >= maxRecords || bytes + size > MAX_BYTES);
    if (!overflown) {
      records.add(change);
      bytes += size;
    }
  }

  /** Whether something was left out: who offers may stop. */
  boolean isOverflown() {
    return overflown;
  }

  List<MetadataRecord> records() {
    return records;
  }

  /** The records and one more, which the caller may add to a piece from which nothing was left out. */
  List<MetadataRecord> endingWith(MetadataRecord last) {
    if (overflown) {
      throw new IllegalStateException("the last record of a change cannot follow the first " + records.size());
    }
    List<MetadataRecord> all = new ArrayList<>(records);
    all.add(last);
    return all;
  }
}
