package io.ottla.benchmarks.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.history.Violation.Rule;
import java.util.List;
import java.util.Map;

/**
 * What a history proves.
 *
 * @param operations calls by kind and outcome
 * @param faults by kind
 * @param recordsRead records in all reads together
 * @param staleWithinLease ends of logs that were said to be before what was known, as a replaced leader may for as long as its lease lasts
 * @param partitionsEqual partitions whose replicas were found equal
 * @param counts how often each promise was broken; none of those that were kept
 * @param violations evidence of the first few of each
 */
public record Verdict(Map<String, Long> operations, Map<String, Long> faults, long recordsRead, long staleWithinLease,
    long partitionsEqual, Map<Rule, Long> counts, List<Violation> violations) {
  /** Whether every promise was kept, in a run that proves something. */
  public boolean isClean() {
    return counts.isEmpty();
  }

  private long count(Rule rule) {
    return counts.getOrDefault(rule, 0L);
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder("operations\n");
    operations.forEach((kind, number) -> text.append("  %-24s %,12d%n".formatted(kind, number)));
    text.append("  %-24s %,12d%n".formatted("records read", recordsRead))
        .append("  %-24s %,12d%n".formatted("stale within a lease", staleWithinLease)).append("faults\n");
    faults.forEach((kind, number) -> text.append("  %-24s %,12d%n".formatted(kind, number)));
    text.append("losses %d, duplicates %d, reorderings %d, reads taken back %d, reads that differ %d%n".formatted(
        count(Rule.LOST), count(Rule.DUPLICATE), count(Rule.REORDERED), count(Rule.TAKEN_BACK),
        count(Rule.READS_DIFFER)));
    text.append("partitions whose replicas are equal at the end: %d, different: %d%n".formatted(partitionsEqual,
        count(Rule.DIVERGED)));
    if (isClean()) {
      return text.append("every promise was kept\n").toString();
    }
    text.append("BROKEN PROMISES ").append(counts).append('\n');
    violations.forEach(one -> text.append("  ").append(one.rule()).append(' ').append(one.evidence()).append('\n'));
    return text.toString();
  }

  /** For programs. */
  public String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode().put("clean", isClean());
    root.set("operations", mapper.valueToTree(operations));
    root.put("records_read", recordsRead).put("stale_within_lease", staleWithinLease);
    root.set("faults", mapper.valueToTree(faults));
    for (Rule rule : Rule.values()) {
      root.withObject("violations").put(rule.name().toLowerCase(java.util.Locale.ROOT), count(rule));
    }
    root.put("partitions_equal", partitionsEqual);
    ArrayNode evidence = root.putArray("evidence");
    violations.forEach(one -> evidence.add(one.rule() + " " + one.evidence()));
    return root.toPrettyString();
  }
}
