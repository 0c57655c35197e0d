package io.ottla.broker.http.api.v3;

import java.util.List;

/** What became of a request for elections. Partitions that were led as asked already are in neither list. */
public record ElectionResults(List<Elected> elected, List<Failure> failures) {
  /**
   * A new leader.
   *
   * @param isUnclean whether committed records may be lost by it
   */
  public record Elected(String topicName, int partitionId, int leaderId, boolean isUnclean) {}

  /** The one asked for cannot lead. */
  public record Failure(String topicName, int partitionId, int errorCode, String message) {}
}
