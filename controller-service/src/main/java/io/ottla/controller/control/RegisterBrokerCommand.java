package io.ottla.controller.control;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.FeatureRange;
import io.ottla.common.wire.RestartClass;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A broker process asks to be registered (M9).
 *
 * @param clusterId the cluster its directories belong to, null on unused ones
 * @param brokerId node id
 * @param incarnationId random per process start
 * @param directoryIds ids of its log directories
 * @param endpoints addresses to publish
 * @param rack rack, or null
 * @param features feature levels it supports
 * @param previousBrokerEpoch last epoch its directories belonged to, -1 for none
 * @param restartClass what it can prove about its logs (M12)
 * @param durability its durability mode, which must be the cluster's
 */
public record RegisterBrokerCommand(@Nullable String clusterId, int brokerId, UUID incarnationId,
    List<UUID> directoryIds, List<Endpoint> endpoints, @Nullable String rack, SortedMap<String, FeatureRange> features,
    long previousBrokerEpoch, RestartClass restartClass, String durability) {
  /**
   * The reply.
   *
   * @param brokerEpoch epoch of the registration: the index of its entry
   */
  public record Registered(long brokerEpoch) {}
}
