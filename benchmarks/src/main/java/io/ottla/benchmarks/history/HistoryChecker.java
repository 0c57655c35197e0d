package io.ottla.benchmarks.history;

import io.ottla.benchmarks.history.Violation.Rule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds what clients were told against each other and against what was there at the end. Knows nothing of the cluster but its promises. One
 * use per history.
 */
public final class HistoryChecker {
  private static final String OUT_OF_RANGE = "41601";

  private final TopicFates topics = new TopicFates();
  private final Map<String, Sent> sent = new HashMap<>();
  private final Map<TopicPartition, SeenLog> logs = new HashMap<>();
  private final Map<TopicPartition, Frontier> acknowledged = new HashMap<>();
  private final Map<TopicPartition, Frontier> seen = new HashMap<>();
  private final Map<TopicPartition, Frontier> ends = new HashMap<>();
  private final Set<TopicPartition> written = new HashSet<>();
  private final Findings findings = new Findings();
  private final Map<String, Long> operations = new TreeMap<>();
  private final Map<String, Long> faults = new TreeMap<>();
  private long recordsRead;
  private long partitionsEqual;

  private final Terms terms;
  private long staleWithinLease;

  private HistoryChecker(Terms terms) {
    this.terms = terms;
  }

  /** Checks a history. */
  public static Verdict check(History history, Terms terms) {
    HistoryChecker checker = new HistoryChecker(terms);
    history.forEach(checker::gatherTopics);
    history.forEach(checker::visit);
    checker.conclude();
    return checker.verdict();
  }

  private void gatherTopics(Event event) {
    switch (event) {
      case Event.TopicChange change -> topics.add(change);
      case Event.TopicList list -> topics.add(list);
      default -> {
        // The second time.
      }
    }
  }

  private void visit(Event event) {
    switch (event) {
      case Event.Produce produce -> produce(produce);
      case Event.Read read -> read(read);
      case Event.End end -> end(end);
      case Event.TopicChange change -> count(change.created() ? "create topic" : "delete topic", change.outcome(),
          change);
      case Event.TopicList _ -> {
        // Was gathered.
      }
      case Event.Fault fault -> faults.merge(fault.kind(), 1L, Long::sum);
      case Event.Replicas replicas -> replicas(replicas);
      case Event.Observation observation -> {
        if (!observation.good()) {
          findings.report(Rule.OBSERVED, observation.what() + ": " + observation.detail());
        }
      }
    }
  }

  private void count(String operation, Outcome outcome, Event event) {
    operations.merge(operation + " " + outcome, 1L, Long::sum);
    if (!terms.mayFail() && outcome != Outcome.OK) {
      findings.report(Rule.FAILED, event.toString());
    }
  }

  private void produce(Event.Produce produce) {
    count("produce", produce.outcome(), produce);
    sent.computeIfAbsent(produce.value(), _ -> new Sent(produce.topic(), produce.key())).add(produce);
    if (produce.outcome() == Outcome.OK) {
      TopicPartition where = new TopicPartition(produce.topic(), produce.partition());
      written.add(where);
      frontier(acknowledged, where).add(produce.end(), produce.offset());
    }
  }

  private static Frontier frontier(Map<TopicPartition, Frontier> all, TopicPartition where) {
    return all.computeIfAbsent(where, _ -> new Frontier());
  }

  private void read(Event.Read read) {
    count(read.reader().name().toLowerCase(java.util.Locale.ROOT) + " read", read.outcome(), read);
    if (!topics.isKept(read.topic())) {
      checkNotResurrected(read);
      return;
    }
    TopicPartition where = new TopicPartition(read.topic(), read.partition());
    if (read.outcome() == Outcome.OK) {
      recordsRead += read.records().size();
      logs.computeIfAbsent(where, SeenLog::new).add(read, findings);
      if (!read.records().isEmpty()) {
        frontier(seen, where).add(read.end(), read.records().getLast().offset());
      }
    } else if (read.why().startsWith(OUT_OF_RANGE) && read.from() <= frontier(seen, where).before(read.start()) + 1) {
      findings.report(Rule.WRONG_RANGE, where + " is said to end before " + read.from() + ", and "
          + frontier(seen, where).before(read.start()) + " had been read: " + read);
    }
  }

  private void checkNotResurrected(Event.Read read) {
    long deleted = topics.lastDeletionBefore(read.topic(), read.start());
    for (Event.Seen record : read.records()) {
      Sent origin = sent.get(record.value());
      if (origin != null && origin.earliestAck() < deleted) {
        findings.report(Rule.RESURRECTED, record + " was acknowledged before " + read.topic()
            + " was deleted, and is read afterwards: " + read.process() + " at broker " + read.broker());
      }
    }
  }

  private void end(Event.End end) {
    count("ask for the end", end.outcome(), end);
    if (end.outcome() != Outcome.OK || !topics.isKept(end.topic())) {
      return;
    }
    TopicPartition where = new TopicPartition(end.topic(), end.partition());
    long known = end.start() - terms.lease().toNanos();
    long acked = frontier(acknowledged, where).before(known);
    if (end.endOffset() <= acked) {
      findings.report(Rule.STALE_END, where + ": offset " + acked + " was acknowledged long before: " + end);
    }
    long read = frontier(seen, where).before(known);
    if (end.endOffset() <= read) {
      findings.report(Rule.STALE_END, where + ": offset " + read + " was read long before: " + end);
    }
    long before = frontier(ends, where).before(known);
    if (end.endOffset() < before) {
      findings.report(Rule.END_DECREASED, where + ": the end was " + before + " long before: " + end);
    }
    boolean behind = end.endOffset() <= frontier(acknowledged, where).before(end.start())
        || end.endOffset() < frontier(ends, where).before(end.start());
    staleWithinLease += behind ? 1 : 0;
    frontier(ends, where).add(end.end(), end.endOffset());
  }

  private void replicas(Event.Replicas replicas) {
    boolean equal = !replicas.replicas().isEmpty() && replicas.replicas().stream()
        .map(one -> one.logEndOffset() + " " + one.highWatermark() + " " + one.digest()).distinct().count() == 1;
    if (equal) {
      partitionsEqual++;
    } else {
      findings.report(Rule.DIVERGED, replicas.toString());
    }
  }

  private void conclude() {
    if (operations.getOrDefault("produce " + Outcome.OK, 0L) == 0 || recordsRead == 0) {
      findings.report(Rule.NO_SUCCESS, operations + ", " + recordsRead + " records read");
    }
    written.stream().filter(where -> topics.isKept(where.topic())).forEach(
        where -> logs.computeIfAbsent(where, SeenLog::new));
    Map<String, Integer> appearances = new HashMap<>();
    logs.forEach((where, log) -> {
      log.checkFinal(findings);
      log.checkOrder(sent::get, findings);
      log.records().forEach(record -> checkOrigin(where, record, appearances));
    });
    sent.forEach(this::checkThere);
    topics.check(findings);
  }

  private void checkOrigin(TopicPartition where, Event.@Nullable Seen record, Map<String, Integer> appearances) {
    if (record == null) {
      return;
    }
    Sent origin = sent.get(record.value());
    if (origin == null || !origin.key.equals(record.key()) || !origin.topic.equals(where.topic())) {
      findings.report(Rule.PHANTOM, where + " " + record + (origin == null
          ? " was never sent"
          : " was sent with key " + origin.key + " to " + origin.topic));
      return;
    }
    int count = appearances.merge(record.value(), 1, Integer::sum);
    if (origin.possibleAppearances() == 0) {
      findings.report(Rule.REFUSED_APPEARS, where + " " + record + ": every sending was refused");
    } else if (count > origin.possibleAppearances()) {
      findings.report(Rule.DUPLICATE, where + " " + record + " is appearance " + count + ", sent "
          + origin.possibleAppearances() + " times");
    }
  }

  private void checkThere(String value, Sent origin) {
    if (!topics.isKept(origin.topic)) {
      return;
    }
    for (Sent.Place place : origin.places()) {
      SeenLog log = logs.get(new TopicPartition(origin.topic, place.partition()));
      Event.Seen there = log == null || place.offset() >= log.finalEnd() ? null : log.at(place.offset());
      if (there == null || !there.value().equals(value) || !there.key().equals(origin.key)) {
        findings.report(Rule.LOST,
            "key " + origin.key + " value " + value + " was acknowledged at " + origin.topic + "-"
                + place.partition() + " offset " + place.offset() + ", there is "
                + (there == null ? "nothing" : there));
      }
    }
  }

  private Verdict verdict() {
    return new Verdict(operations, faults, recordsRead, staleWithinLease, partitionsEqual, findings.counts(),
        findings.violations());
  }
}
