package io.ottla.cluster.history;

import java.util.HashSet;
import java.util.Set;

/** All attempts at one record, summed up. */
final class SentRecord {
  final String key;
  final long sequence;
  private final Set<WriteOutcome.Acknowledged> places = new HashSet<>();
  private int possibleAppearances;
  private long earliestEffectiveSend = Long.MAX_VALUE;
  private long earliestAnswer = Long.MAX_VALUE;

  SentRecord(String key, long sequence) {
    this.key = key;
    this.sequence = sequence;
  }

  void add(Write write) {
    switch (write.outcome()) {
      case WriteOutcome.Acknowledged place -> {
        places.add(place);
        earliestAnswer = Math.min(earliestAnswer, write.answeredNanos());
        possible(write);
      }
      case WriteOutcome.Unknown unknown -> possible(write);
      case WriteOutcome.Refused refused -> {
        // No effect, so it neither appears nor orders anything.
      }
    }
  }

  private void possible(Write write) {
    possibleAppearances++;
    earliestEffectiveSend = Math.min(earliestEffectiveSend, write.sentNanos());
  }

  /** How often it may be in the log. */
  int possibleAppearances() {
    return possibleAppearances;
  }

  /** When the first attempt that can have had an effect was sent. */
  long earliestEffectiveSend() {
    return earliestEffectiveSend;
  }

  /** When it was first acknowledged. */
  long earliestAnswer() {
    return earliestAnswer;
  }

  Set<WriteOutcome.Acknowledged> places() {
    return places;
  }

  boolean acknowledgedAt(StoredRecord stored) {
    return places.contains(new WriteOutcome.Acknowledged(stored.partition(), stored.offset()));
  }
}
