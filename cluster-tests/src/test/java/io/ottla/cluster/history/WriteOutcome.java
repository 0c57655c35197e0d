package io.ottla.cluster.history;

/** What a client knows about one attempt to write one record. */
public sealed interface WriteOutcome {
  /** Accepted at exactly this place. */
  record Acknowledged(int partition, long offset) implements WriteOutcome {}

  /** Certainly without effect: it may be tried again. */
  record Refused(String why) implements WriteOutcome {}

  /** May have taken effect, now or at any later time: never tried again. */
  record Unknown(String why) implements WriteOutcome {}
}
