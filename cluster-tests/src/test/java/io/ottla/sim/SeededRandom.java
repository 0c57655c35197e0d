package io.ottla.sim;

import io.ottla.common.random.RandomSource;

/**
 * All chance in a simulation. Split by component name, so that one more draw in the network does not change what the disks do: a failing seed
 * stays alike while its plan is being reduced.
 */
public final class SeededRandom implements RandomSource {
  private final long seed;
  private long state;

  /** Starts from a seed. */
  public SeededRandom(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  /** An independent source for one component. */
  public SeededRandom split(String component) {
    long mixed = seed;
    for (int at = 0; at < component.length(); at++) {
      mixed = mix(mixed * 31 + component.charAt(at));
    }
    return new SeededRandom(mixed);
  }

  /** Spreads the bits of a number (SplitMix64). */
  public static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public long nextLong() {
    state += 0x9E3779B97F4A7C15L;
    return mix(state);
  }

  @Override
  public int nextInt(int bound) {
    return (int) Long.remainderUnsigned(nextLong(), bound);
  }

  /** A number in {@code [from, to]}. */
  public long between(long from, long to) {
    return from + Long.remainderUnsigned(nextLong(), to - from + 1);
  }

  /** A fraction in {@code [0, 1)}. */
  public double fraction() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** True with this probability. */
  public boolean chance(double probability) {
    return probability > 0 && fraction() < probability;
  }

  /** One of these, each as likely as the others. */
  @SafeVarargs
  public final <T> T oneOf(T... choices) {
    return choices[nextInt(choices.length)];
  }
}
