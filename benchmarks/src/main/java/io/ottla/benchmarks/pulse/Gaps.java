package io.ottla.benchmarks.pulse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Durations in milliseconds of several events of one kind; at least one. */
public record Gaps(String kind, List<Double> milliseconds) {
  private static final double P95 = 0.95;

  public Gaps {
    if (milliseconds.isEmpty()) {
      throw new IllegalArgumentException(kind + ": nothing was measured");
    }
    milliseconds = List.copyOf(milliseconds);
  }

  /** The longest. */
  public double worst() {
    return Collections.max(milliseconds);
  }

  /** Half of them are shorter. */
  public double median() {
    List<Double> sorted = sorted();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The shortest that at least 95 of 100 do not exceed; of fewer than twenty that is the longest. */
  public double p95() {
    return sorted().get((int) Math.ceil(P95 * milliseconds.size()) - 1);
  }

  private List<Double> sorted() {
    List<Double> sorted = new ArrayList<>(milliseconds);
    Collections.sort(sorted);
    return sorted;
  }

  /** For people. */
  public String line() {
    return String.format(Locale.ROOT, "%-52s %3d x, median %7.0f ms, p95 %7.0f ms, worst %7.0f ms", kind,
        milliseconds.size(), median(), p95(), worst());
  }

  /** For scripts. */
  public void writeTo(ObjectNode json) {
    json.put("kind", kind).put("median_ms", median()).put("p95_ms", p95()).put("worst_ms", worst());
    milliseconds.forEach(json.putArray("gaps_ms")::add);
  }
}
