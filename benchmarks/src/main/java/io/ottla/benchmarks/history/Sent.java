package io.ottla.benchmarks.history;

import java.util.ArrayList;
import java.util.List;

/** All sendings of one record, summed up. */
final class Sent {
  final String topic;
  final String key;
  private List<Place> places = List.of();
  private int possible;
  private long earliestStart = Long.MAX_VALUE;
  private long earliestAck = Long.MAX_VALUE;

  /** Where and when it was acknowledged. */
  record Place(int partition, long offset) {}

  Sent(String topic, String key) {
    this.topic = topic;
    this.key = key;
  }

  void add(Event.Produce produce) {
    if (produce.outcome() == Outcome.FAIL) {
      return; // no effect, so it neither appears nor orders anything
    }
    possible++;
    earliestStart = Math.min(earliestStart, produce.start());
    if (produce.outcome() == Outcome.OK) {
      List<Place> more = new ArrayList<>(places);
      more.add(new Place(produce.partition(), produce.offset()));
      places = List.copyOf(more);
      earliestAck = Math.min(earliestAck, produce.end());
    }
  }

  /** How often it may be in the log. */
  int possibleAppearances() {
    return possible;
  }

  /** When the first sending that can have had an effect began. */
  long earliestStart() {
    return earliestStart;
  }

  /** When it was first acknowledged. */
  long earliestAck() {
    return earliestAck;
  }

  List<Place> places() {
    return places;
  }

  boolean acknowledgedAt(int partition, long offset) {
    return places.contains(new Place(partition, offset));
  }
}
