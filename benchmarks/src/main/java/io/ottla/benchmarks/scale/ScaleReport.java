package io.ottla.benchmarks.scale;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.pulse.Gaps;
import java.util.Locale;

/** Figures, printed as soon as they are known: a run that breaks has told what it saw until then. One thread. */
final class ScaleReport {
  private static final double MIB = 1 << 20;

  private final ObjectNode root = new ObjectMapper().createObjectNode();

  void text(String name, String value) {
    System.out.printf(Locale.ROOT, "%-58s %s%n", name, value);
    root.put(name, value);
  }

  void number(String name, double value, String unit) {
    System.out.printf(Locale.ROOT, "%-58s %,.1f %s%n", name, value, unit);
    root.putObject(name).put("value", value).put("unit", unit);
  }

  void mebibytes(String name, double bytes) {
    number(name, bytes / MIB, "MiB");
  }

  void gaps(Gaps gaps) {
    System.out.println(gaps.line());
    gaps.writeTo(root.putObject(gaps.kind()));
  }

  String json() {
    return root.toPrettyString();
  }
}
