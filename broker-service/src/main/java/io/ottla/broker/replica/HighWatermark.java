package io.ottla.broker.replica;

/** First offset not known to be committed. Moves forward only, but for a truncation that cuts into it (P15, P18). */
final class HighWatermark {
  private long value;

  HighWatermark(long value) {
    this.value = value;
  }

  long value() {
    return value;
  }

  /** Moves forward; a smaller candidate changes nothing. */
  boolean advanceTo(long candidate) {
    if (candidate <= value) {
      return false;
    }
    value = candidate;
    return true;
  }

  /** Takes it back to the end of a log that lost records: after a crash, or an unclean election. */
  void limitTo(long logEndOffset) {
    value = Math.min(value, logEndOffset);
  }
}
