package io.ottla.common.random;

import java.util.UUID;

/** Where cores get random numbers; a simulation hands in a seeded one. Used on the caller's thread only. */
public interface RandomSource {
  /** A number in {@code [0, bound)}. */
  int nextInt(int bound);

  /** Any long. */
  long nextLong();

  /** A random (version 4) id. */
  default UUID nextUuid() {
    long high = (nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
    long low = (nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
