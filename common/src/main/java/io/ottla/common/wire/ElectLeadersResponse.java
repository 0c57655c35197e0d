package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import java.util.List;

/**
 * Partitions that were led as asked already are not mentioned.
 *
 * @param elected partitions with their new leaders
 * @param failures partitions for which the one asked for cannot lead
 * @param more whether there is more to do than fitted one entry: ask again
 * @param metadataIndex index of the entry with the elections
 */
public record ElectLeadersResponse(List<Elected> elected, List<Failure> failures, boolean more, long metadataIndex) {
  /**
   * An election held.
   *
   * @param unclean whether committed records may be lost by it
   */
  public record Elected(String topic, int partition, int leader, boolean unclean) {}

  /** An election that could not be held. */
  public record Failure(String topic, int partition, ErrorCode code, String message) {}
}
