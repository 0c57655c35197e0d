package io.ottla.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A complete run, for people and for scripts.
 *
 * @param setting what was run on what
 * @param phases in the order in which they ran
 * @param residentBytes memory by node id after the load
 */
record LoadReport(Map<String, String> setting, List<PhaseResult> phases, Map<Integer, Long> residentBytes) {
  String table() {
    StringBuilder out = new StringBuilder();
    setting.forEach((name, value) -> out.append(String.format(Locale.ROOT, "%-18s %s%n", name, value)));
    out.append(String.format(Locale.ROOT, "%n%-26s %5s %10s %11s %9s %9s %9s%n", "phase", "conns", "requests/s",
        "records/s", "p50 ms", "p99 ms", "max ms"));
    phases.forEach(phase -> out.append(String.format(Locale.ROOT, "%-26s %5d %10.0f %11.0f %9.2f %9.2f %9.2f%n",
        phase.name(), phase.connections(), phase.requestsPerSecond(), phase.recordsPerSecond(), phase.p50Ms(),
        phase.p99Ms(), phase.maxMs())));
    long total = residentBytes.values().stream().mapToLong(Long::longValue).sum();
    out.append(String.format(Locale.ROOT, "%nmemory, MiB resident:"));
    residentBytes.forEach((id, bytes) -> out.append(String.format(Locale.ROOT, " node %d %d,", id, bytes >> 20)));
    return out.append(String.format(Locale.ROOT, " together %d%n", total >> 20)).toString();
  }

  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    ObjectNode settings = root.putObject("setting");
    setting.forEach(settings::put);
    ArrayNode list = root.putArray("phases");
    phases.forEach(phase -> list.addObject().put("name", phase.name()).put("connections", phase.connections())
        .put("requests", phase.requests()).put("records", phase.records()).put("seconds", phase.seconds())
        .put("requests_per_s", phase.requestsPerSecond()).put("records_per_s", phase.recordsPerSecond())
        .put("p50_ms", phase.p50Ms()).put("p99_ms", phase.p99Ms()).put("max_ms", phase.maxMs()));
    ObjectNode memory = root.putObject("resident_bytes");
    residentBytes.forEach((id, bytes) -> memory.put(Integer.toString(id), bytes));
    return root.toPrettyString();
  }
}
