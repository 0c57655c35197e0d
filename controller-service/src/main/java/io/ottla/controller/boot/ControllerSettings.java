package io.ottla.controller.boot;

import io.ottla.common.config.ConfigException;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.Settings;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.runtime.SnapshotPolicy;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the cores want to know, from the node's settings. */
final class ControllerSettings {
  private static final int MIB = 1024 * 1024;
  /** One entry may hold 4 MiB of records. */
  private static final int MAX_ENTRY_BYTES = 5 * MIB;
  private static final int SNAPSHOT_CHUNK_BYTES = 512 * 1024;
  private static final int SNAPSHOT_CHUNK_TIMEOUT_MS = 2_000;
  private static final int IMBALANCE_PERCENT = 10;
  private static final int BALANCE_MIN_UNFENCED_MS = 30_000;

  private ControllerSettings() {
  }

  static RaftConfig raft(NodeConfig.QuorumTiming timing, NodeConfig.MetadataLog log) {
    int half = timing.electionMinMs() / 2;
    try {
      return new RaftConfig(10, timing.heartbeatMs(), timing.electionMinMs(), timing.electionMaxMs(), half,
          timing.electionMinMs() / 6, half, timing.checkQuorumMs(), timing.requestTimeoutMs(), 8, 4 * MIB, 512,
          MIB, MAX_ENTRY_BYTES, 16 * MIB, SNAPSHOT_CHUNK_BYTES, SNAPSHOT_CHUNK_TIMEOUT_MS, log.retainedEntries());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("controller.quorum.* timings cannot work together: " + e.getMessage());
    }
  }

  static SnapshotPolicy snapshots(NodeConfig.MetadataLog log) {
    return new SnapshotPolicy(log.snapshotBytes(), log.snapshotMs());
  }

  static ControlSettings control(NodeConfig config, String clusterId) {
    SortedMap<String, String> configs = new TreeMap<>();
    configs.put(ClusterConfigs.MIN_INSYNC_REPLICAS, Integer.toString(config.topics().minIsr()));
    configs.put(ClusterConfigs.DEFAULT_REPLICATION_FACTOR, Integer.toString(config.topics().replicationFactor()));
    configs.put(ClusterConfigs.NUM_PARTITIONS, Integer.toString(config.topics().partitions()));
    configs.put(ClusterConfigs.DURABILITY, config.broker().durability().settingValue());
    configs.put(Settings.MESSAGE_MAX_BYTES.name(), Integer.toString(config.broker().messageMaxBytes()));
    configs.put(TopicConfigs.UNCLEAN_LEADER_ELECTION_ENABLE, Boolean.toString(config.topics().uncleanElection()));
    int sessionMs = config.broker().sessionMs();
    long balanceMs = config.topics().leaderRebalance() ? config.topics().leaderRebalanceSeconds() * 1_000L : 0;
    return new ControlSettings(clusterId, configs, sessionMs, Math.max(1, sessionMs / 6), balanceMs, IMBALANCE_PERCENT,
        BALANCE_MIN_UNFENCED_MS);
  }
}
