package io.ottla.broker.http.api.v3;

import java.util.List;

/** What became of a request for many partitions, each judged for itself. */
public record ReassignmentResults(List<Success> successes, List<Failure> failures) {
  /** Accepted: under way, complete at once, or cancelled. */
  public record Success(String topicName, int partitionId) {}

  /** Refused. */
  public record Failure(String topicName, int partitionId, int errorCode, String message) {}
}
