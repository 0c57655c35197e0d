package io.ottla.broker.log;

import java.util.Arrays;
import java.util.List;

/**
 * What readers see of a log at one moment; replaced as a whole, so that an append of several batches appears at once or not at all.
 *
 * @param segments ascending by base offset; the last one is the active one. Empty only while the log is being reset
 * @param activeSize bytes of the active segment that belong to this view
 * @param generation grows with every truncation
 */
@SuppressWarnings("ArrayRecordComponent") // never changed after construction, never compared
record LogView(Segment[] segments, long logStartOffset, long logEndOffset, int activeSize, int generation) {
  Segment active() {
    return segments[segments.length - 1];
  }

  /** Index of the segment that holds an offset at or above the log start. */
  int segmentOf(long offset) {
    int low = 0;
    int high = segments.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments[middle].baseOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Bytes of the i-th segment that belong to this view. */
  int sizeOf(int i) {
    return i == segments.length - 1 ? activeSize : segments[i].size();
  }

  /** Offset after the last record of the i-th segment in this view. */
  long endOf(int i) {
    return i == segments.length - 1 ? logEndOffset : segments[i + 1].baseOffset();
  }

  long sizeInBytes() {
    long bytes = 0;
    for (int i = 0; i < segments.length; i++) {
      bytes += sizeOf(i);
    }
    return bytes;
  }

  LogView appended(Segment[] nextSegments) {
    Segment last = nextSegments[nextSegments.length - 1];
    return new LogView(nextSegments, logStartOffset, last.nextOffset(), last.size(), generation);
  }

  /** This view cut at a batch boundary inside the i-th segment. */
  LogView truncated(int i, int position, long newLogEndOffset) {
    return new LogView(Arrays.copyOf(segments, i + 1), logStartOffset, newLogEndOffset, position, generation + 1);
  }

  /** This view from a later offset on, without the segments that end at or before it; the active one always stays. */
  LogView startingAt(long newStartOffset) {
    int first = 0;
    while (first < segments.length - 1 && segments[first + 1].baseOffset() <= newStartOffset) {
      first++;
    }
    return new LogView(Arrays.copyOfRange(segments, first, segments.length), newStartOffset, logEndOffset, activeSize,
        generation);
  }

  /** Index of the first of these segments if all of them follow one another here, -1 if not. */
  int indexOf(List<Segment> run) {
    for (int i = 0; i + run.size() <= segments.length; i++) {
      if (Arrays.asList(segments).subList(i, i + run.size()).equals(run)) {
        return i;
      }
    }
    return -1;
  }

  /** This view with one segment in the place of some that hold the same offsets. */
  LogView replaced(int from, int count, Segment by) {
    Segment[] next = new Segment[segments.length - count + 1];
    System.arraycopy(segments, 0, next, 0, from);
    next[from] = by;
    System.arraycopy(segments, from + count, next, from + 1, segments.length - from - count);
    return new LogView(next, logStartOffset, logEndOffset, activeSize, generation);
  }

  /** No records and, for now, no segments. */
  LogView reset(long newStartOffset) {
    return new LogView(new Segment[0], newStartOffset, newStartOffset, 0, generation + 1);
  }

  LogView withSegment(Segment segment) {
    return new LogView(new Segment[] {segment}, logStartOffset, logEndOffset, segment.size(), generation);
  }
}
