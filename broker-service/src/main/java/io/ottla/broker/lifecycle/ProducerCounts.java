package io.ottla.broker.lifecycle;

/**
 * Idempotent producers as this broker's replicas know them.
 *
 * @param remembered producers, once for each replica that remembers them
 * @param duplicatesAnswered repeated batches that were answered with the offsets of the originals, since the process started
 */
public record ProducerCounts(long remembered, long duplicatesAnswered) {
  /** Nothing is hosted yet. */
  public static final ProducerCounts NONE = new ProducerCounts(0, 0);
}
