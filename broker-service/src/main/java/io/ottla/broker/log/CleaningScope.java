package io.ottla.broker.log;

/**
 * What of a log can be cleaned now: the segments from the first to before {@code endIndex}, all of them sealed and wholly below the high
 * watermark (P41).
 *
 * @param firstDirtyOffset records below it were cleaned before
 * @param dirtyBytes bytes from there on
 * @param totalBytes bytes of all of it
 */
record CleaningScope(LogView view, int endIndex, long firstDirtyOffset, long dirtyBytes, long totalBytes) {
  static CleaningScope of(LogView view, Compaction compaction, long firstDirtyOffset, long highWatermark, long nowMs) {
    long dirty = 0;
    long total = 0;
    int i = 0;
    while (i < view.segments().length - 1 && view.endOf(i) <= highWatermark
        && isOldEnough(view.segments()[i], compaction, nowMs)) {
      total += view.sizeOf(i);
      dirty += view.endOf(i) > firstDirtyOffset ? view.sizeOf(i) : 0;
      i++;
    }
    return new CleaningScope(view, i, Math.max(firstDirtyOffset, view.logStartOffset()), dirty, total);
  }

  private static boolean isOldEnough(Segment segment, Compaction compaction, long nowMs) {
    return compaction.minLagMs() == 0 || nowMs - segment.largestTimestamp() > compaction.minLagMs();
  }

  /** How much of it was never cleaned. */
  double dirtyRatio() {
    return totalBytes == 0 ? 0 : (double) dirtyBytes / totalBytes;
  }
}
