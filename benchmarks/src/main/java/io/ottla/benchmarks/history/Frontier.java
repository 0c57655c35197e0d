package io.ottla.benchmarks.history;

import java.util.Map;
import java.util.TreeMap;

/** The greatest value known at each moment. */
final class Frontier {
  private static final long NOTHING = -1;
  private final TreeMap<Long, Long> greatest = new TreeMap<>();

  /** From that moment on the value is at least this. */
  void add(long time, long value) {
    Map.Entry<Long, Long> before = greatest.floorEntry(time);
    if (before != null && before.getValue() >= value) {
      return;
    }
    greatest.put(time, value);
    Map.Entry<Long, Long> later = greatest.higherEntry(time);
    while (later != null && later.getValue() <= value) {
      greatest.remove(later.getKey());
      later = greatest.higherEntry(time);
    }
  }

  /** What was known before that moment; -1 for nothing. */
  long before(long time) {
    Map.Entry<Long, Long> entry = greatest.lowerEntry(time);
    return entry == null ? NOTHING : entry.getValue();
  }
}
