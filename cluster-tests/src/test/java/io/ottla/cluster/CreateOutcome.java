package io.ottla.cluster;

/** What a client knows about the creation of a topic. */
record CreateOutcome(Kind kind, String detail) {
  enum Kind {
    /** Committed. */
    ACKNOWLEDGED,
    /** Certainly not done, now or ever. */
    REFUSED,
    /** May be done, now or later. */
    UNKNOWN
  }
}
