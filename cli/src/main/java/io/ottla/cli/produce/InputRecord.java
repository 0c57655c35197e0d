package io.ottla.cli.produce;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record to be produced, and the input line it came from.
 *
 * @param line      1-based
 * @param partition chosen by the input, or null for the cluster's choice
 * @param timestamp epoch milliseconds, or null for the cluster's clock
 */
record InputRecord(long line, byte @Nullable [] key, byte @Nullable [] value, @Nullable Integer partition,
    @Nullable Long timestamp, List<Header> headers) {
  /** Headers may repeat and keep their order. */
  record Header(String key, byte @Nullable [] value) {}

  /** Roughly what it weighs in memory and in a request. */
  int bytes() {
    int size = 64 + length(key) + length(value);
    for (Header header : headers) {
      size += 32 + header.key().length() + length(header.value());
    }
    return size;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
