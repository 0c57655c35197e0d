package io.ottla.benchmarks.history;

import io.ottla.benchmarks.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What all reads of one partition saw, put together. Records are at their offsets; a log of a campaign begins at 0. */
final class SeenLog {
  private final TopicPartition where;
  private final List<Event.@Nullable Seen> records = new ArrayList<>();
  private final Map<String, Long> next = new HashMap<>();
  private final Map<Integer, Long> finalEnds = new HashMap<>();

  SeenLog(TopicPartition where) {
    this.where = where;
  }

  /** Takes in a read that succeeded, and says what is wrong with it. */
  void add(Event.Read read, Findings findings) {
    checkContinues(read, findings);
    long expected = read.from();
    for (Event.Seen seen : read.records()) {
      if (seen.offset() != expected) {
        findings.report(Rule.OFFSET_GAP,
            "expected offset " + expected + ", got " + seen.offset() + ": " + nameOf(read));
      }
      expected = seen.offset() + 1;
      put(seen, read, findings);
    }
    if (read.reader() == Event.Reader.POLL) {
      next.put(read.process(), expected);
    }
    if (read.reader() == Event.Reader.FINAL && finalEnds.getOrDefault(read.broker(), 0L) == read.from()) {
      finalEnds.put(read.broker(), expected);
    }
  }

  private void checkContinues(Event.Read read, Findings findings) {
    boolean continued = switch (read.reader()) {
      case RAW -> true;
      case POLL -> next.getOrDefault(read.process(), read.from()) == read.from();
      case FINAL -> finalEnds.getOrDefault(read.broker(), 0L) == read.from();
    };
    if (!continued) {
      findings.report(Rule.OFFSET_GAP, "does not continue the read before: " + nameOf(read));
    }
  }

  private void put(Event.Seen seen, Event.Read read, Findings findings) {
    int at = Math.toIntExact(seen.offset());
    while (records.size() <= at) {
      records.add(null);
    }
    Event.Seen before = records.get(at);
    if (before == null) {
      records.set(at, seen);
    } else if (!before.equals(seen)) {
      findings.report(Rule.READS_DIFFER, where + " held " + before + ", then " + seen + ": " + nameOf(read));
    }
  }

  private static String nameOf(Event.Read read) {
    return read.reader() + " read by " + read.process() + " of " + read.topic() + "-" + read.partition() + " from "
        + read.from() + " at broker " + read.broker() + ", " + read.start() + " to " + read.end();
  }

  /** Whether final reads reached the same end through each of the brokers, and nothing had been seen beyond it. */
  void checkFinal(Findings findings) {
    if (finalEnds.isEmpty()) {
      findings.report(Rule.UNAVAILABLE, where + " was not read at the end");
      return;
    }
    long end = finalEnd();
    finalEnds.forEach((broker, reached) -> {
      if (reached != end) {
        findings.report(Rule.UNAVAILABLE, where + " was read to " + reached + " through broker " + broker + ", to "
            + end + " through another");
      }
    });
    for (int at = (int) end; at < records.size(); at++) {
      if (records.get(at) != null) {
        findings.report(Rule.TAKEN_BACK, records.get(at) + " was read in " + where + ", which ends at " + end);
      }
    }
  }

  long finalEnd() {
    return finalEnds.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** The record at an offset as all saw it, or null. */
  Event.@Nullable Seen at(long offset) {
    return offset >= 0 && offset < records.size() ? records.get((int) offset) : null;
  }

  /** I38: going down the offsets, nothing may have been sent after the earliest acknowledgement of anything above it. */
  void checkOrder(Function<String, @Nullable Sent> origins, Findings findings) {
    long earliestAckAbove = Long.MAX_VALUE;
    Event.Seen witness = null;
    for (Event.Seen seen : records.reversed()) {
      Sent origin = seen == null ? null : origins.apply(seen.value());
      if (origin == null || seen == null || origin.possibleAppearances() == 0) {
        continue;
      }
      if (witness != null && earliestAckAbove < origin.earliestStart()) {
        findings.report(Rule.REORDERED, where + ": " + witness + " was acknowledged before " + seen + " was sent");
      }
      if (origin.acknowledgedAt(where.partition(), seen.offset()) && origin.earliestAck() < earliestAckAbove) {
        earliestAckAbove = origin.earliestAck();
        witness = seen;
      }
    }
  }

  List<Event.@Nullable Seen> records() {
    return records;
  }
}
