package io.ottla.common.record;

/** Arithmetic of sequence numbers: 0 to 2^31 - 1, and then 0 again (P37). Stateless. */
public final class Sequence {
  private static final int HALF = 1 << 30;

  private Sequence() {
  }

  /** The sequence so many records later. */
  public static int plus(int sequence, int records) {
    return (sequence + records) & Integer.MAX_VALUE;
  }

  /** Whether {@code sequence} lies behind {@code other}, by less than half of all there are. */
  public static boolean isAfter(int sequence, int other) {
    int distance = (sequence - other) & Integer.MAX_VALUE;
    return distance > 0 && distance < HALF;
  }
}
