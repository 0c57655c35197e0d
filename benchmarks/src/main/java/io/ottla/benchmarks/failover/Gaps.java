package io.ottla.benchmarks.failover;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Gaps in milliseconds of several kills of one kind. */
record Gaps(String kind, List<Double> milliseconds) {
  double worst() {
    return Collections.max(milliseconds);
  }

  double median() {
    List<Double> sorted = new ArrayList<>(milliseconds);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  String line() {
    return String.format(Locale.ROOT, "%-46s %3d kills, median %6.0f ms, worst %6.0f ms", kind, milliseconds.size(),
        median(), worst());
  }
}
