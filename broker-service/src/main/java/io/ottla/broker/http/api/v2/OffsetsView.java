package io.ottla.broker.http.api.v2;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.ottla.broker.gateway.OffsetLookup;
import io.ottla.broker.gateway.PartitionOffsets;
import org.jspecify.annotations.Nullable;

/**
 * The readable range of a partition, and where a time begins in it.
 *
 * @param beginningOffset first offset still there
 * @param endOffset the offset the next record will get
 * @param offset the first record at or after the time asked for, the end if there is none; left out when no time was asked for
 * @param timestamp that record's own timestamp; left out when there is none
 */
public record OffsetsView(long beginningOffset, long endOffset,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long offset,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long timestamp) {
  static OffsetsView of(PartitionOffsets range) {
    return new OffsetsView(range.beginning(), range.end(), null, null);
  }

  static OffsetsView of(OffsetLookup found) {
    return new OffsetsView(found.range().beginning(), found.range().end(), found.offset(), found.timestamp());
  }
}
