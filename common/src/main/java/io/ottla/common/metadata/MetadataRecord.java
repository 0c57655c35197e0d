package io.ottla.common.metadata;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One change of the metadata. A list of records is one entry of the controllers' log and takes effect as a whole or not at all. Records say
 * what changed; epochs are derived when a record is applied (M1) and never stored twice.
 */
public sealed interface MetadataRecord {
  /** Most records one entry may hold. */
  int MAX_PER_ENTRY = 10_000;
  /** Most bytes one encoded entry may hold. */
  int MAX_ENTRY_BYTES = 4 * 1024 * 1024;

  /**
   * A broker process joins, or joins again. It starts fenced, and its broker epoch is the index of the entry (M11).
   *
   * @param brokerId node id
   * @param incarnationId random per process start
   * @param directoryIds ids of its log directories
   * @param endpoints addresses it publishes
   * @param rack rack, or null
   * @param features feature levels it supports, by feature name
   */
  record RegisterBroker(int brokerId, UUID incarnationId, List<UUID> directoryIds, List<Endpoint> endpoints,
      @Nullable String rack, SortedMap<String, FeatureRange> features) implements MetadataRecord {
    /** Copies the collections. */
    public RegisterBroker {
      directoryIds = List.copyOf(directoryIds);
      endpoints = List.copyOf(endpoints);
      features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
    }
  }

  /**
   * A broker is removed for good.
   *
   * @param brokerId node id
   * @param brokerEpoch its registration at the time of the decision
   */
  record UnregisterBroker(int brokerId, long brokerEpoch) implements MetadataRecord {}

  /**
   * A broker is fenced, unfenced, announces its shutdown, or changes its directories. Null means unchanged.
   *
   * @param brokerId node id
   * @param brokerEpoch its registration at the time of the decision
   * @param fenced new fencing state
   * @param inControlledShutdown whether it is on its way out
   * @param directoryIds its directories from now on
   */
  record BrokerChange(int brokerId, long brokerEpoch, @Nullable Boolean fenced, @Nullable Boolean inControlledShutdown,
      @Nullable List<UUID> directoryIds) implements MetadataRecord {
    /** Copies the collection. */
    public BrokerChange {
      directoryIds = directoryIds == null ? null : List.copyOf(directoryIds);
    }

    /** The record that fences a broker. */
    public static BrokerChange fence(int brokerId, long brokerEpoch) {
      return new BrokerChange(brokerId, brokerEpoch, true, null, null);
    }

    /** The record that unfences a broker. */
    public static BrokerChange unfence(int brokerId, long brokerEpoch) {
      return new BrokerChange(brokerId, brokerEpoch, false, null, null);
    }

    /** The record that marks a broker as shutting down. */
    public static BrokerChange shuttingDown(int brokerId, long brokerEpoch) {
      return new BrokerChange(brokerId, brokerEpoch, null, true, null);
    }
  }

  /**
   * A topic is created; its partitions follow in the same entry.
   *
   * @param topicId random, never reused
   * @param name unique among living topics
   */
  record TopicRecord(UUID topicId, String name) implements MetadataRecord {}

  /**
   * A topic is deleted with its partitions and settings.
   *
   * @param topicId the topic
   */
  record RemoveTopic(UUID topicId) implements MetadataRecord {}

  /**
   * A partition with its whole state.
   *
   * @param topicId the topic
   * @param partition number, the next one of the topic
   * @param state the state, epochs included
   */
  record PartitionRecord(UUID topicId, int partition, PartitionState state) implements MetadataRecord {}

  /**
   * A partition changes. Null means unchanged. Applying it always raises the partition epoch by one, and the leader epoch by one exactly
   * when {@code leader} is present, even when it names the same broker or none (M1).
   *
   * @param topicId the topic
   * @param partition number
   * @param replicas assignment order
   * @param isr in-sync replicas
   * @param elr eligible leader replicas
   * @param lastKnownLeader last leader before the ISR became empty, -1 to forget it
   * @param adding replicas being added
   * @param removing replicas being removed
   * @param leader new leader, -1 for none
   * @param leaderRecoveryState new recovery state
   * @param directories directory of each replica, in the order of the replicas
   */
  record PartitionChange(UUID topicId, int partition, @Nullable List<Integer> replicas, @Nullable List<Integer> isr,
      @Nullable List<Integer> elr, @Nullable Integer lastKnownLeader, @Nullable List<Integer> adding,
      @Nullable List<Integer> removing, @Nullable Integer leader, @Nullable LeaderRecoveryState leaderRecoveryState,
      @Nullable List<UUID> directories) implements MetadataRecord {
    /** Copies the collections. */
    public PartitionChange {
      replicas = replicas == null ? null : List.copyOf(replicas);
      isr = isr == null ? null : List.copyOf(isr);
      elr = elr == null ? null : List.copyOf(elr);
      adding = adding == null ? null : List.copyOf(adding);
      removing = removing == null ? null : List.copyOf(removing);
      directories = directories == null ? null : List.copyOf(directories);
    }

    /**
     * The change that turns one state into another. The leader field is present when the leader differs; epochs of {@code after} are
     * ignored, since applying decides them.
     */
    public static PartitionChange between(UUID topicId, int partition, PartitionState before, PartitionState after) {
      return between(topicId, partition, before, after, before.leader() != after.leader());
    }

    /** As the other form, with the leader field present also when the same broker starts a new leadership (M1: unclean election). */
    public static PartitionChange between(UUID topicId, int partition, PartitionState before, PartitionState after,
        boolean newLeadership) {
      return new PartitionChange(topicId, partition, changed(before.replicas(), after.replicas()),
          changed(before.isr(), after.isr()), changed(before.elr(), after.elr()),
          changed(before.lastKnownLeader(), after.lastKnownLeader()), changed(before.adding(), after.adding()),
          changed(before.removing(), after.removing()), newLeadership ? Integer.valueOf(after.leader()) : null,
          changed(before.leaderRecoveryState(), after.leaderRecoveryState()),
          changed(before.directories(), after.directories()));
    }

    private static <T> @Nullable T changed(T before, T after) {
      return before.equals(after) ? null : after;
    }
  }

  /**
   * A setting is stored or deleted.
   *
   * @param resource what it belongs to
   * @param key name of the setting
   * @param value new value, or null to delete it
   */
  record ConfigRecord(ConfigResource resource, String key, @Nullable String value) implements MetadataRecord {}

  /**
   * A broker gets a block of producer ids: those from the image's next one on, up to before {@code nextProducerId} (P36). None of them was
   * ever given to anybody, and none will be given again.
   *
   * @param brokerId who gets the block
   * @param brokerEpoch its registration at the time of the decision
   * @param nextProducerId the first id that is still free afterwards
   */
  record ProducerIds(int brokerId, long brokerEpoch, long nextProducerId) implements MetadataRecord {}
}
