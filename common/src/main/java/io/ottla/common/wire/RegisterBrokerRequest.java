package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cluster/v1/brokers/register} (M9).
 *
 * @param clusterId the cluster the broker's directories belong to; null on an unused directory
 * @param brokerId the node id
 * @param incarnationId random per process start; the same value retried gets the same broker epoch
 * @param directoryIds ids of the log directories
 * @param endpoints addresses to publish
 * @param rack rack, or null
 * @param previousBrokerEpoch last epoch these directories belonged to, -1 for none
 * @param restartClass what the broker can prove about its logs
 * @param durability the broker's durability mode, which must equal the cluster's
 */
public record RegisterBrokerRequest(@Nullable String clusterId, int brokerId, UUID incarnationId,
    List<UUID> directoryIds,
    List<EndpointWire> endpoints, @Nullable String rack, long previousBrokerEpoch, RestartClass restartClass,
    String durability) {}
