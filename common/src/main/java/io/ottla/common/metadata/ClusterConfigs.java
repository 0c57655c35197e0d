package io.ottla.common.metadata;

/**
 * Names of cluster-wide settings that live in the metadata log, so that every node reads the same value. The first active controller writes
 * them from its own settings (M5); defaults of topic settings use the cluster names of {@link TopicConfigs}.
 */
public final class ClusterConfigs {
  /** Cluster-wide default of the least in-sync replicas. */
  public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
  /** When a record counts as stored: {@code sync}, {@code interval} or {@code os}. */
  public static final String DURABILITY = "durability";
  /** Replicas of a topic whose creation names no replication factor. */
  public static final String DEFAULT_REPLICATION_FACTOR = "default.replication.factor";
  /** Partitions of a topic whose creation names no count. */
  public static final String NUM_PARTITIONS = "num.partitions";
  /** Value of {@link #DURABILITY}: forced to disk before it counts. */
  public static final String DURABILITY_SYNC = "sync";

  private ClusterConfigs() {
  }
}
