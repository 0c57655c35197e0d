package io.ottla.benchmarks.failover;

import java.util.ArrayList;
import java.util.List;

/** When a client was acknowledged, on the clock of {@link System#nanoTime()}. Written by one thread, read by another. */
final class AckTimeline {
  private final List<Long> acknowledgedAt = new ArrayList<>();
  private int refused;
  private int unknown;

  synchronized void acknowledged(long nanos) {
    acknowledgedAt.add(nanos);
  }

  synchronized void refused() {
    refused++;
  }

  synchronized void unknown() {
    unknown++;
  }

  synchronized int count() {
    return acknowledgedAt.size();
  }

  /** How many acknowledgements came after that time. */
  synchronized int countAfter(long nanos) {
    return (int) acknowledgedAt.stream().filter(at -> at > nanos).count();
  }

  synchronized int refusedCount() {
    return refused;
  }

  synchronized int unknownCount() {
    return unknown;
  }

  /** The longest time between one acknowledgement and the next that lies partly after the given time, in milliseconds. */
  synchronized double longestGapMs(long afterNanos) {
    long longest = 0;
    for (int i = 1; i < acknowledgedAt.size(); i++) {
      if (acknowledgedAt.get(i) > afterNanos) {
        longest = Math.max(longest, acknowledgedAt.get(i) - acknowledgedAt.get(i - 1));
      }
    }
    return longest / 1e6;
  }
}
