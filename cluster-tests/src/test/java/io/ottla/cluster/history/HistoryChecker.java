package io.ottla.cluster.history;

import io.ottla.cluster.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Holds what clients were told against what the partitions contain. An attempt is acknowledged, refused (certainly no effect) or unknown
 * (possibly effective at any later time). One use per history.
 */
public final class HistoryChecker {
  private final Map<String, SentRecord> sent = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private long acknowledged;
  private long refused;
  private long unknown;

  private HistoryChecker(List<Write> writes) {
    for (Write write : writes) {
      switch (write.outcome()) {
        case WriteOutcome.Acknowledged place -> acknowledged++;
        case WriteOutcome.Refused no -> refused++;
        case WriteOutcome.Unknown maybe -> unknown++;
      }
      sent.computeIfAbsent(write.value(), value -> new SentRecord(write.key(), write.sequence())).add(write);
    }
  }

  /**
   * Checks a history.
   *
   * @param writes every attempt of every writer
   * @param partitions every record read, by partition, in the order in which it was read from the partition's start
   */
  public static CheckReport check(List<Write> writes, SortedMap<Integer, List<StoredRecord>> partitions) {
    HistoryChecker checker = new HistoryChecker(writes);
    return checker.run(partitions);
  }

  /** I40, I42: every record of the earlier read is in the later one, unchanged; the later one may hold more at the end. */
  public static List<Violation> checkReads(SortedMap<Integer, List<StoredRecord>> earlier,
      SortedMap<Integer, List<StoredRecord>> later) {
    List<Violation> violations = new ArrayList<>();
    earlier.forEach((partition, before) -> {
      List<StoredRecord> after = later.getOrDefault(partition, List.of());
      for (int i = 0; i < before.size() && violations.size() < CheckReport.MOST_VIOLATIONS; i++) {
        Object now = i < after.size() ? after.get(i) : "nothing";
        if (!before.get(i).equals(now)) {
          violations.add(new Violation(Rule.READS_DIFFER, "first " + before.get(i) + ", then " + now));
        }
      }
    });
    return violations;
  }

  private CheckReport run(SortedMap<Integer, List<StoredRecord>> partitions) {
    if (acknowledged == 0) {
      report(Rule.NO_SUCCESS, refused + " refused and " + unknown + " unknown attempts, none acknowledged");
    }
    Map<String, Integer> appearances = new HashMap<>();
    partitions.forEach((partition, records) -> {
      checkOffsets(partition, records);
      checkOrigin(records, appearances);
      checkRealTimeOrder(records);
    });
    checkKeys(partitions);
    checkAcknowledged(partitions);
    return new CheckReport(acknowledged, refused, unknown, unknownFound(appearances),
        partitions.values().stream().mapToLong(List::size).sum(), List.copyOf(violations));
  }

  private void checkOffsets(int partition, List<StoredRecord> records) {
    for (int i = 0; i < records.size(); i++) {
      StoredRecord stored = records.get(i);
      if (stored.offset() != i || stored.partition() != partition) {
        report(Rule.OFFSET_GAP, "expected partition " + partition + " offset " + i + ", read " + stored);
        return;
      }
    }
  }

  private void checkOrigin(List<StoredRecord> records, Map<String, Integer> appearances) {
    for (StoredRecord stored : records) {
      SentRecord origin = sent.get(stored.value());
      if (origin == null || !origin.key.equals(stored.key())) {
        report(Rule.PHANTOM, stored + (origin == null ? " was never sent" : " was sent with key " + origin.key));
        continue;
      }
      int count = appearances.merge(stored.value(), 1, Integer::sum);
      if (origin.possibleAppearances() == 0) {
        report(Rule.REFUSED_APPEARS, stored + ": every attempt was refused");
      } else if (count > origin.possibleAppearances()) {
        report(Rule.DUPLICATE,
            stored + " is appearance " + count + ", sent " + origin.possibleAppearances() + " times");
      }
    }
  }

  /** Going down the offsets, nothing may have been sent after the earliest acknowledgement of anything above it. */
  private void checkRealTimeOrder(List<StoredRecord> records) {
    long earliestAnswerAbove = Long.MAX_VALUE;
    StoredRecord witness = null;
    for (StoredRecord stored : records.reversed()) {
      SentRecord origin = sent.get(stored.value());
      if (origin == null || origin.possibleAppearances() == 0) {
        continue;
      }
      if (witness != null && earliestAnswerAbove < origin.earliestEffectiveSend()) {
        report(Rule.REAL_TIME_ORDER, witness + " was acknowledged before " + stored + " was sent");
      }
      if (origin.acknowledgedAt(stored) && origin.earliestAnswer() < earliestAnswerAbove) {
        earliestAnswerAbove = origin.earliestAnswer();
        witness = stored;
      }
    }
  }

  private void checkKeys(SortedMap<Integer, List<StoredRecord>> partitions) {
    Map<String, Integer> placement = new HashMap<>();
    Map<String, Numbered> furthest = new HashMap<>();
    for (List<StoredRecord> records : partitions.values()) {
      for (StoredRecord stored : records) {
        SentRecord origin = sent.get(stored.value());
        if (origin != null) {
          checkPlacement(placement, stored);
          checkKeyOrder(furthest, stored, origin);
        }
      }
    }
  }

  private void checkPlacement(Map<String, Integer> placement, StoredRecord stored) {
    Integer first = placement.putIfAbsent(stored.key(), stored.partition());
    if (first != null && first != stored.partition()) {
      report(Rule.KEY_PLACEMENT, "key " + stored.key() + " is in partition " + first + " and " + stored.partition());
    }
  }

  private void checkKeyOrder(Map<String, Numbered> furthest, StoredRecord stored, SentRecord origin) {
    Numbered before = furthest.get(stored.key());
    if (before != null && before.sequence > origin.sequence && origin.acknowledgedAt(stored)) {
      report(Rule.KEY_ORDER, stored + " (number " + origin.sequence + " of its key) stands behind " + before);
    }
    if (before == null || before.sequence < origin.sequence) {
      furthest.put(stored.key(), new Numbered(origin.sequence, stored));
    }
  }

  /** A record and its number among those of its key. */
  private record Numbered(long sequence, StoredRecord stored) {}

  private void checkAcknowledged(SortedMap<Integer, List<StoredRecord>> partitions) {
    Map<WriteOutcome.Acknowledged, StoredRecord> byPlace = new HashMap<>();
    partitions.values().forEach(records -> records.forEach(
        stored -> byPlace.put(new WriteOutcome.Acknowledged(stored.partition(), stored.offset()), stored)));
    sent.forEach((value, origin) -> origin.places().forEach(place -> {
      StoredRecord stored = byPlace.get(place);
      if (stored == null || !stored.value().equals(value) || !stored.key().equals(origin.key)) {
        report(Rule.ACKNOWLEDGED_LOST, "key " + origin.key + " value " + value + " was acknowledged at " + place
            + ", there is " + (stored == null ? "nothing" : stored));
      }
    }));
  }

  private long unknownFound(Map<String, Integer> appearances) {
    return appearances.entrySet().stream().mapToLong(entry -> {
      SentRecord origin = sent.get(entry.getKey());
      return origin == null ? 0 : Math.max(0, entry.getValue() - origin.places().size());
    }).sum();
  }

  private void report(Rule rule, String evidence) {
    if (violations.size() < CheckReport.MOST_VIOLATIONS) {
      violations.add(new Violation(rule, evidence));
    }
  }
}
