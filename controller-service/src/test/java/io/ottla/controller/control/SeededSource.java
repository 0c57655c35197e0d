package io.ottla.controller.control;

import io.ottla.common.random.RandomSource;
import java.util.SplittableRandom;

/** A random source a seed decides. */
final class SeededSource implements RandomSource {
  private final SplittableRandom random;

  SeededSource(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
