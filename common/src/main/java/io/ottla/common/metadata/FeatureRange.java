package io.ottla.common.metadata;

/**
 * The levels of a feature a broker supports, both ends included.
 *
 * @param min lowest level
 * @param max highest level
 */
public record FeatureRange(int min, int max) {
  /** Rejects an empty range. */
  public FeatureRange {
    if (min > max) {
      throw new IllegalArgumentException("feature range " + min + ".." + max + " is empty");
    }
  }
}
