package io.ottla.common.metadata;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A broker as registered. Immutable.
 *
 * @param brokerId node id
 * @param brokerEpoch index of the registration's entry; requests with another one are refused
 * @param incarnationId random per process start
 * @param directoryIds ids of its log directories
 * @param endpoints addresses it publishes
 * @param rack rack, or null
 * @param features feature levels it supports
 * @param fenced registered, but may neither lead nor be in an ISR
 * @param inControlledShutdown announced that it leaves
 * @param lastActiveEpoch last broker epoch of this id under which it was unfenced, -1 when it never was (M11)
 */
public record BrokerRegistration(int brokerId, long brokerEpoch, UUID incarnationId, List<UUID> directoryIds,
    List<Endpoint> endpoints, @Nullable String rack, SortedMap<String, FeatureRange> features, boolean fenced,
    boolean inControlledShutdown, long lastActiveEpoch) {
  /** Stands for "was never unfenced". */
  public static final long NEVER_ACTIVE = -1;

  /** Copies the collections. */
  public BrokerRegistration {
    directoryIds = List.copyOf(directoryIds);
    endpoints = List.copyOf(endpoints);
    features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
  }

  /** Whether it may be elected leader (M21): unfenced and not shutting down. */
  public boolean active() {
    return !fenced && !inControlledShutdown;
  }

  /** The address of a listener. */
  public Optional<Endpoint> endpoint(String name) {
    return endpoints.stream().filter(e -> e.name().equals(name)).findFirst();
  }

  /** The directory a new replica goes to: the only one, or the broker's choice among several. */
  public UUID directoryForNewReplica() {
    return directoryIds.size() == 1 ? directoryIds.getFirst() : PartitionState.UNASSIGNED_DIRECTORY;
  }
}
