package io.ottla.controller.raft;

import java.util.Arrays;

/**
 * One entry of the metadata log (Q2). The payload is shared, not copied: nobody writes into it.
 *
 * @param index position, from 1, without gaps
 * @param term term of the leader that made the entry
 * @param type what the payload is
 * @param payload opaque bytes
 */
public record LogEntry(long index, long term, EntryType type, byte[] payload) {
  /** Bytes counted for an entry besides its payload, so that empty entries are not free in limits. */
  public static final int OVERHEAD_BYTES = 32;

  /** Rejects positions and terms before the first: they are a caller's bug. */
  public LogEntry {
    if (index < 1 || term < 1) {
      throw new IllegalArgumentException("entry index=" + index + " term=" + term + ": both start at 1");
    }
  }

  /** Size used for all limits in bytes. */
  public int sizeInBytes() {
    return payload.length + OVERHEAD_BYTES;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogEntry that && index == that.index && term == that.term && type == that.type
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return (Long.hashCode(index) * 31 + Long.hashCode(term)) * 31 + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return index + ":" + term + ":" + type + "(" + payload.length + "B)";
  }
}
