package io.ottla.controller.control;

import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import java.util.function.IntPredicate;

/**
 * What an election in one topic may do.
 *
 * @param active brokers that may be elected: registered, unfenced, not shutting down
 * @param unfenced brokers that may stay leader when nobody else can: registered and unfenced
 * @param configuredMinIsr min ISR of the topic, whatever the number of replicas
 * @param lastKnownLeaderMayLead whether an unclean election of the last known leader is allowed (M21 d)
 * @param anyReplicaMayLead whether an unclean election of any replica is allowed (M21 e)
 */
record ElectionRules(IntPredicate active, IntPredicate unfenced, int configuredMinIsr, boolean lastKnownLeaderMayLead,
    boolean anyReplicaMayLead) {

  /** The rules in force for a topic's partitions. */
  static ElectionRules of(MetadataImage image, TopicImage topic) {
    return new ElectionRules(image::isActive, id -> isUnfenced(image, id), image.configuredMinIsr(topic),
        lastKnownLeaderMayLead(image, topic), anyReplicaMayLead(image, topic));
  }

  /** Effective min ISR of a partition (M7). */
  int minIsr(PartitionState partition) {
    return Math.min(configuredMinIsr, partition.countedReplicas());
  }

  /** Whether an unclean election is allowed in some case. */
  boolean allowUnclean() {
    return lastKnownLeaderMayLead || anyReplicaMayLead;
  }

  /** The same, for an unclean election that somebody has asked for. */
  ElectionRules allowingUnclean() {
    return new ElectionRules(active, unfenced, configuredMinIsr, true, true);
  }

  /** The same, where no unclean election is called for, whatever the settings allow. */
  ElectionRules cleanOnly() {
    return new ElectionRules(active, unfenced, configuredMinIsr, false, false);
  }

  /** The same, with a broker that is just leaving. */
  ElectionRules without(int brokerId) {
    return new ElectionRules(id -> id != brokerId && active.test(id), id -> id != brokerId && unfenced.test(id),
        configuredMinIsr, lastKnownLeaderMayLead, anyReplicaMayLead);
  }

  /** The same, with a broker that just announced its shutdown: it may stay leader, but not become one. */
  ElectionRules withShuttingDown(int brokerId) {
    return new ElectionRules(id -> id != brokerId && active.test(id), unfenced, configuredMinIsr,
        lastKnownLeaderMayLead, anyReplicaMayLead);
  }

  /** The same, with a broker that is just being unfenced. */
  ElectionRules with(int brokerId) {
    return new ElectionRules(id -> id == brokerId || active.test(id), id -> id == brokerId || unfenced.test(id),
        configuredMinIsr, lastKnownLeaderMayLead, anyReplicaMayLead);
  }

  private static boolean isUnfenced(MetadataImage image, int brokerId) {
    return image.broker(brokerId).map(broker -> !broker.fenced()).orElse(false);
  }

  private static boolean anyReplicaMayLead(MetadataImage image, TopicImage topic) {
    return Boolean.parseBoolean(image.topicConfig(topic, TopicConfigs.UNCLEAN_LEADER_ELECTION_ENABLE).value());
  }

  /** Where nothing is set, the durability mode decides: a mode that forces before it acknowledges has no excuse for losing data. */
  private static boolean lastKnownLeaderMayLead(MetadataImage image, TopicImage topic) {
    String recovery = image.topicConfig(topic, TopicConfigs.UNCLEAN_RECOVERY).value();
    return recovery.isEmpty()
        ? !image.durability().equals(ClusterConfigs.DURABILITY_SYNC)
        : recovery.equals(TopicConfigs.UNCLEAN_RECOVERY_LAST_KNOWN_LEADER);
  }
}
