package io.ottla.broker.runtime;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.log.Compaction;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.Retention;
import io.ottla.common.metadata.ConfigValue;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.Compression;

/** What a topic's settings mean for its logs. Stateless. */
final class TopicLogConfigs {
  private final LogConfig defaults;

  /**
   * @param defaults what the broker's own settings say
   */
  TopicLogConfigs(LogConfig defaults) {
    this.defaults = defaults;
  }

  /** The settings in force for the logs of a topic. */
  LogConfig configOf(TopicImage topic, MetadataImage image) {
    int maxBatch = (int) Math.min(Integer.MAX_VALUE, number(topic, image, TopicConfigs.MAX_MESSAGE_BYTES));
    long ahead = number(topic, image, TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS);
    // Far beyond any clock, and small enough to be added to one.
    Compaction compaction = compactionOf(topic, image);
    AppendLimits limits = new AppendLimits(maxBatch, Math.min(ahead, Long.MAX_VALUE / 4), compaction != null);
    ConfigValue segmentBytes = image.topicConfig(topic, TopicConfigs.SEGMENT_BYTES);
    int segment = segmentBytes.source() == ConfigValue.Source.TOPIC
        ? Integer.parseInt(segmentBytes.value())
        : defaults.segmentBytes();
    return new LogConfig(segment, defaults.indexIntervalBytes(), limits,
        number(topic, image, TopicConfigs.SEGMENT_MS), (int) number(topic, image, TopicConfigs.SEGMENT_INDEX_BYTES),
        retentionOf(topic, image),
        Compression.ofTopicSetting(image.topicConfig(topic, TopicConfigs.COMPRESSION_TYPE).value()).orElse(null),
        compaction);
  }

  private static @Nullable Compaction compactionOf(TopicImage topic, MetadataImage image) {
    boolean compacts = image.topicConfig(topic, TopicConfigs.CLEANUP_POLICY).value().contains(TopicConfigs.COMPACT);
    return compacts
        ? new Compaction(
            Double.parseDouble(image.topicConfig(topic, TopicConfigs.MIN_CLEANABLE_DIRTY_RATIO).value()),
            number(topic, image, TopicConfigs.DELETE_RETENTION_MS),
            number(topic, image, TopicConfigs.MIN_COMPACTION_LAG_MS))
        : null;
  }

  private static Retention retentionOf(TopicImage topic, MetadataImage image) {
    boolean deletes = image.topicConfig(topic, TopicConfigs.CLEANUP_POLICY).value().contains(TopicConfigs.DELETE);
    return new Retention(deletes ? number(topic, image, TopicConfigs.RETENTION_MS) : -1,
        deletes ? number(topic, image, TopicConfigs.RETENTION_BYTES) : -1,
        number(topic, image, TopicConfigs.FILE_DELETE_DELAY_MS));
  }

  private static long number(TopicImage topic, MetadataImage image, String name) {
    return Long.parseLong(image.topicConfig(topic, name).value());
  }
}
