package io.ottla.benchmarks.history;

import io.ottla.benchmarks.history.Violation.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Violations found so far: all are counted, the first few of each rule are kept for whoever looks. */
final class Findings {
  /** Enough evidence for a human; a broken run can break the same promise thousands of times. */
  static final int MOST_OF_A_RULE = 10;

  private final Map<Rule, Long> counts = new EnumMap<>(Rule.class);
  private final List<Violation> kept = new ArrayList<>();

  void report(Rule rule, String evidence) {
    if (counts.merge(rule, 1L, Long::sum) <= MOST_OF_A_RULE) {
      kept.add(new Violation(rule, evidence));
    }
  }

  Map<Rule, Long> counts() {
    return counts;
  }

  List<Violation> violations() {
    return List.copyOf(kept);
  }
}
