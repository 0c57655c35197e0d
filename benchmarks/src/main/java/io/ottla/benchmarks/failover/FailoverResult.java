package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.pulse.AckTimeline;
import io.ottla.benchmarks.pulse.Gaps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What clients saw in all rounds of one kind of death. One thread. */
final class FailoverResult {
  private final String kind;
  private final SortedMap<String, Integer> problems = new TreeMap<>();
  private final List<Gaps> others = new ArrayList<>();
  private final List<Double> terms = new ArrayList<>();
  private @Nullable Gaps gaps;
  private int acknowledged;
  private int refused;
  private int unknown;

  FailoverResult(String kind) {
    this.kind = kind;
  }

  /** A client's whole life. */
  void add(AckTimeline timeline) {
    acknowledged += timeline.count();
    refused += timeline.refusedCount();
    unknown += timeline.unknownCount();
    timeline.problems().forEach((what, count) -> problems.merge(what, count, Integer::sum));
  }

  /** @param termGrowth of the quorum in each round; empty where it is not looked at */
  void measured(Gaps main, List<Double> termGrowth) {
    gaps = main;
    terms.addAll(termGrowth);
  }

  void alsoMeasured(Gaps more) {
    others.add(more);
  }

  String lines() {
    StringBuilder lines = new StringBuilder(main().line()).append('\n');
    others.forEach(more -> lines.append(more.line()).append('\n'));
    lines.append(String.format(Locale.ROOT, "  client saw %,d acknowledged, %,d refused, %,d unknown%n", acknowledged,
        refused, unknown));
    if (!terms.isEmpty()) {
      lines.append(String.format(Locale.ROOT, "  terms per round: %.2f, most %.0f%n",
          terms.stream().mapToDouble(Double::doubleValue).average().orElse(0), Collections.max(terms)));
    }
    problems.forEach((what, count) -> lines.append(String.format(Locale.ROOT, "  %5d x %s%n", count, what)));
    return lines.toString();
  }

  void writeTo(ObjectNode json) {
    main().writeTo(json);
    others.forEach(more -> more.writeTo(json.putObject(more.kind().strip())));
    json.put("acknowledged", acknowledged).put("refused", refused).put("unknown", unknown);
    ObjectNode seen = json.putObject("problems");
    problems.forEach(seen::put);
    terms.forEach(json.putArray("term_growth")::add);
  }

  private Gaps main() {
    Gaps measured = gaps;
    if (measured == null) {
      throw new BenchmarkFailure(kind + ": nothing was measured");
    }
    return measured;
  }
}
