package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import java.util.List;

/**
 * The size of a change that must go into one entry whole (section 2.1).
 *
 * @param records number of records
 * @param bytes encoded size, or a bound of it where that is small enough
 */
record EntrySize(int records, long bytes) {
  /** Measures a change; encodes it only when the bound does not settle the question. */
  static EntrySize of(List<MetadataRecord> records) {
    long bound = 0;
    for (MetadataRecord change : records) {
      bound += MetadataJson.sizeBound(change);
    }
    return new EntrySize(records.size(),
        bound <= MetadataRecord.MAX_ENTRY_BYTES ? bound : MetadataJson.encode(records).length);
  }

  boolean fits() {
    return records <= MetadataRecord.MAX_PER_ENTRY && bytes <= MetadataRecord.MAX_ENTRY_BYTES;
  }

  /** What it takes and what there is, for messages. */
  String describe() {
    return records + " records of " + bytes + " bytes, and one entry holds at most " + MetadataRecord.MAX_PER_ENTRY
        + " records and " + MetadataRecord.MAX_ENTRY_BYTES + " bytes";
  }
}
