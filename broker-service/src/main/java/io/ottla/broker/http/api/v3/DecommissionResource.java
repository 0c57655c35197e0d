package io.ottla.broker.http.api.v3;

import java.util.List;

/**
 * How far a broker is from being gone.
 *
 * @param state DRAINING, or DRAINED when it holds nothing any more
 * @param replicasLeft partitions it still holds
 * @param replicasMoving those of them that are moving now
 * @param blocked partitions that do not get on, and why; not more than fit a screen or two
 * @param message what to do next, for people
 */
public record DecommissionResource(String kind, Metadata metadata, String clusterId, int brokerId, String state,
    int replicasLeft, int replicasMoving, List<Blocked> blocked, String message) {
  /** A partition that does not get on. */
  public record Blocked(String topicName, int partitionId, String reason) {}
}
