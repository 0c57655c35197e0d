package io.ottla.common.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The catalogue of topic settings: names, defaults and what is valid (M7). */
public final class TopicConfigs {
  /** Least in-sync replicas for anything to commit. */
  public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
  /** Age at which segments are removed, -1 for never. */
  public static final String RETENTION_MS = "retention.ms";
  /** Size of a partition beyond which old segments are removed, -1 for no bound. */
  public static final String RETENTION_BYTES = "retention.bytes";
  /** Size at which a segment is rolled. */
  public static final String SEGMENT_BYTES = "segment.bytes";
  /** Age at which a segment is rolled. */
  public static final String SEGMENT_MS = "segment.ms";
  /** Size of an index at which a segment is rolled. */
  public static final String SEGMENT_INDEX_BYTES = "segment.index.bytes";
  /** How much of a compacted log must be new before it is cleaned. */
  public static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
  /** How long a tombstone stays after it was cleaned the first time. */
  public static final String DELETE_RETENTION_MS = "delete.retention.ms";
  /** How young records must not be to be cleaned. */
  public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
  /** How long files that left the log stay for readers. */
  public static final String FILE_DELETE_DELAY_MS = "file.delete.delay.ms";
  /** Word of {@link #CLEANUP_POLICY}: old segments are removed. */
  public static final String DELETE = "delete";
  /** Word of {@link #CLEANUP_POLICY}: of each key the newest record stays. */
  public static final String COMPACT = "compact";
  /** Whether old records are deleted, compacted, or both. */
  public static final String CLEANUP_POLICY = "cleanup.policy";
  /** Largest record batch. */
  public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
  /** Whether timestamps are the producer's or the broker's. */
  public static final String MESSAGE_TIMESTAMP_TYPE = "message.timestamp.type";
  /** How far a timestamp may lie in the future. */
  public static final String MESSAGE_TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
  /** How far a timestamp may lie in the past. */
  public static final String MESSAGE_TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
  /** Compression of stored batches. */
  public static final String COMPRESSION_TYPE = "compression.type";
  /** Whether any active replica may lead when no safe one is left (M21 e). */
  public static final String UNCLEAN_LEADER_ELECTION_ENABLE = "unclean.leader.election.enable";
  /** Whether the last known leader may lead when no safe one is left (M21 d); empty means: decided by the durability mode. */
  public static final String UNCLEAN_RECOVERY = "unclean.recovery";
  /** Value of {@link #UNCLEAN_RECOVERY} that keeps such a partition offline. */
  public static final String UNCLEAN_RECOVERY_NONE = "none";
  /** Value of {@link #UNCLEAN_RECOVERY} that elects the last known leader. */
  public static final String UNCLEAN_RECOVERY_LAST_KNOWN_LEADER = "last-known-leader";

  private static final long DAY_MS = 86_400_000L;
  private static final long MAX = Long.MAX_VALUE;
  private static final SortedMap<String, ConfigKey> KEYS = catalogue();

  private TopicConfigs() {
  }

  /** All known settings by topic-level name. */
  public static SortedMap<String, ConfigKey> all() {
    return KEYS;
  }

  /** The setting of a topic-level name, when it is known. */
  public static Optional<ConfigKey> key(String name) {
    return Optional.ofNullable(KEYS.get(name));
  }

  /** Why a setting is refused, or empty when it is fine. */
  public static Optional<String> problem(String name, String value) {
    ConfigKey key = KEYS.get(name);
    return key == null ? Optional.of("Unknown topic configuration " + name + ".") : key.problem(value);
  }

  /** Why a set of settings is refused, the first problem in name order, or empty when all are fine. */
  public static Optional<String> problem(Map<String, String> configs) {
    List<String> names = new ArrayList<>(configs.keySet());
    Collections.sort(names);
    return names.stream().flatMap(name -> problem(name, configs.getOrDefault(name, "")).stream()).findFirst();
  }

  private static SortedMap<String, ConfigKey> catalogue() {
    TreeMap<String, ConfigKey> keys = new TreeMap<>();
    List.of(
        ConfigKey.choices(CLEANUP_POLICY, "log.cleanup.policy", DELETE, DELETE, COMPACT),
        ConfigKey.choice(COMPRESSION_TYPE, "compression.type", "producer", "producer", "uncompressed", "none", "gzip",
            "snappy", "lz4", "zstd"),
        ConfigKey.number(DELETE_RETENTION_MS, "log.cleaner.delete.retention.ms", DAY_MS, 0, MAX),
        ConfigKey.number(FILE_DELETE_DELAY_MS, "log.segment.delete.delay.ms", 60_000, 0, MAX),
        ConfigKey.number("flush.messages", "log.flush.interval.messages", MAX, 1, MAX),
        ConfigKey.number("flush.ms", "log.flush.scheduler.interval.ms", MAX, 0, MAX),
        ConfigKey.number("index.interval.bytes", "log.index.interval.bytes", 4096, 0, Integer.MAX_VALUE),
        ConfigKey.number("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", MAX, 1, MAX),
        ConfigKey.number(MAX_MESSAGE_BYTES, "message.max.bytes", 1_048_576, 0, Integer.MAX_VALUE),
        ConfigKey.number(MESSAGE_TIMESTAMP_AFTER_MAX_MS, "log.message.timestamp.after.max.ms", 3_600_000, 0, MAX),
        ConfigKey.number(MESSAGE_TIMESTAMP_BEFORE_MAX_MS, "log.message.timestamp.before.max.ms", MAX, 0, MAX),
        ConfigKey.choice(MESSAGE_TIMESTAMP_TYPE, "log.message.timestamp.type", "CreateTime", "CreateTime",
            "LogAppendTime"),
        ConfigKey.ratio(MIN_CLEANABLE_DIRTY_RATIO, "log.cleaner.min.cleanable.ratio", "0.5"),
        ConfigKey.number(MIN_COMPACTION_LAG_MS, "log.cleaner.min.compaction.lag.ms", 0, 0, MAX),
        ConfigKey.number(MIN_INSYNC_REPLICAS, ClusterConfigs.MIN_INSYNC_REPLICAS, 2, 1, Integer.MAX_VALUE),
        ConfigKey.choice("preallocate", "log.preallocate", "false", "true", "false"),
        ConfigKey.number(RETENTION_BYTES, "log.retention.bytes", -1, -1, MAX),
        ConfigKey.number(RETENTION_MS, "log.retention.ms", 7 * DAY_MS, -1, MAX),
        ConfigKey.number(SEGMENT_BYTES, "log.segment.bytes", 1 << 30, 1024, Integer.MAX_VALUE),
        ConfigKey.number(SEGMENT_INDEX_BYTES, "log.index.size.max.bytes", 10_485_760, 4, Integer.MAX_VALUE),
        ConfigKey.number("segment.jitter.ms", "log.roll.jitter.ms", 0, 0, MAX),
        ConfigKey.number(SEGMENT_MS, "log.roll.ms", 7 * DAY_MS, 1, MAX),
        ConfigKey.choice(UNCLEAN_LEADER_ELECTION_ENABLE, UNCLEAN_LEADER_ELECTION_ENABLE, "false", "true", "false"),
        ConfigKey.choice(UNCLEAN_RECOVERY, UNCLEAN_RECOVERY, "", "", UNCLEAN_RECOVERY_NONE,
            UNCLEAN_RECOVERY_LAST_KNOWN_LEADER))
        .forEach(key -> keys.put(key.name(), key));
    return Collections.unmodifiableSortedMap(keys);
  }
}
