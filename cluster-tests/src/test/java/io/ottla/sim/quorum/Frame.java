package io.ottla.sim.quorum;

import io.ottla.controller.raft.LogEntry;
import io.ottla.sim.SeededRandom;
import java.util.Arrays;

/**
 * A log entry as written: chained to the one before, so that a stale suffix behind new entries is recognised (Q40, Q43).
 *
 * @param entry the entry
 * @param previous digest of the frame before
 * @param digest digest of this frame and so of the whole log up to it
 */
record Frame(LogEntry entry, long previous, long digest) {
  static Frame after(long previous, LogEntry entry) {
    long own = entry.index() * 1_000_003 + entry.term() * 31 + entry.type().code();
    return new Frame(entry, previous,
        SeededRandom.mix(previous ^ SeededRandom.mix(own) + Arrays.hashCode(entry.payload())));
  }
}
