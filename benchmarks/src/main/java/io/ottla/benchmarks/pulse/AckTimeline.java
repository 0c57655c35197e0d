package io.ottla.benchmarks.pulse;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * When a client was acknowledged, on the clock of {@link System#nanoTime()}, and what it was told otherwise. Written by one thread, read by
 * another.
 */
public final class AckTimeline {
  private static final double NANOS_PER_MS = 1e6;

  private final List<Long> acknowledgedAt = new ArrayList<>();
  private final SortedMap<String, Integer> problems = new TreeMap<>();
  private int refused;
  private int unknown;

  synchronized void acknowledged(long nanos) {
    acknowledgedAt.add(nanos);
  }

  synchronized void refused(String what) {
    refused++;
    problems.merge("refused: " + what, 1, Integer::sum);
  }

  synchronized void unknown(String what) {
    unknown++;
    problems.merge("unknown: " + what, 1, Integer::sum);
  }

  /** How many calls were acknowledged. */
  public synchronized int count() {
    return acknowledgedAt.size();
  }

  /** How many acknowledgements came after that time. */
  public synchronized int countAfter(long nanos) {
    int count = 0;
    for (int i = acknowledgedAt.size() - 1; i >= 0 && acknowledgedAt.get(i) > nanos; i--) {
      count++;
    }
    return count;
  }

  /** How many calls certainly had no effect. */
  public synchronized int refusedCount() {
    return refused;
  }

  /** How many calls may or may not have had an effect. */
  public synchronized int unknownCount() {
    return unknown;
  }

  /** What the client was told instead of an acknowledgement, and how often. */
  public synchronized SortedMap<String, Integer> problems() {
    return new TreeMap<>(problems);
  }

  /** The longest time between one acknowledgement and the next that lies partly after the given time, in milliseconds. */
  public double longestGapMs(long afterNanos) {
    return longestGapMs(afterNanos, Long.MAX_VALUE);
  }

  /** As the other form, for gaps that lie partly between two times. */
  public synchronized double longestGapMs(long afterNanos, long beforeNanos) {
    long longest = 0;
    for (int i = 1; i < acknowledgedAt.size(); i++) {
      if (acknowledgedAt.get(i) > afterNanos && acknowledgedAt.get(i - 1) < beforeNanos) {
        longest = Math.max(longest, acknowledgedAt.get(i) - acknowledgedAt.get(i - 1));
      }
    }
    return longest / NANOS_PER_MS;
  }
}
