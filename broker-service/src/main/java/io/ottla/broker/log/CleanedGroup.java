package io.ottla.broker.log;

import java.util.List;

/** Segments of a log and the one that is to take their place; see {@link PartitionLog#swap}. */
public final class CleanedGroup {
  private final List<Segment> old;
  private final Segment fresh;

  CleanedGroup(List<Segment> old, Segment fresh) {
    this.old = old;
    this.fresh = fresh;
  }

  List<Segment> old() {
    return old;
  }

  Segment fresh() {
    return fresh;
  }

  /** Bytes that swapping it in frees. */
  public long bytesFreed() {
    return old.stream().mapToLong(Segment::size).sum() - fresh.size();
  }
}
