package io.ottla.common.record;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record as it was read from a log. The arrays are copies and belong to the holder.
 *
 * @param offset position in the partition, given by the leader (P3)
 * @param timestamp milliseconds since 1970 as the producer gave them, -1 for none
 * @param key null and empty are different keys
 * @param value null marks a tombstone in compacted topics
 */
@SuppressWarnings("AvoidCommonTypeNames") // the field's own word, and java.lang.Record is never meant here
public record Record(long offset, long timestamp, byte @Nullable [] key, byte @Nullable [] value,
    List<Header> headers) {
  /** Copies the list of headers. Written out because a compact constructor loses the nullness of its arrays in the class file. */
  public Record(long offset, long timestamp, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    this.offset = offset;
    this.timestamp = timestamp;
    this.key = key;
    this.value = value;
    this.headers = List.copyOf(headers);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Record that && offset == that.offset && timestamp == that.timestamp
        && Arrays.equals(key, that.key) && Arrays.equals(value, that.value) && headers.equals(that.headers);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(offset) ^ Arrays.hashCode(key) ^ 31 * Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "Record[offset=" + offset + ", timestamp=" + timestamp + ", key=" + Arrays.toString(key) + ", value="
        + Arrays.toString(value) + ", headers=" + headers + "]";
  }
}
