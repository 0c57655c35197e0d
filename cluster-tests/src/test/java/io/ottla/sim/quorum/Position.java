package io.ottla.sim.quorum;

/** The end of a log, as elections compare it (Q16). */
record Position(long term, long index) {
  boolean isNewerThan(Position other) {
    return term > other.term || (term == other.term && index > other.index);
  }
}
