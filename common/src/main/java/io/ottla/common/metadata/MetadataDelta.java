package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What one entry does to an image: the next image, and what changed on the way. This is the only apply path, on the active controller, on
 * standbys, on brokers, and after a restart; epochs are derived here and nowhere else (M1, M2). An entry takes effect as a whole: a
 * delta that cannot be completed throws and leaves nothing behind. Immutable once made.
 */
public final class MetadataDelta {
  private final MetadataImage before;
  private final MetadataImage image;
  private final SortedMap<TopicIdPartition, PartitionState> changedPartitions;
  private final SortedMap<UUID, TopicImage> createdTopics;
  private final SortedMap<UUID, TopicImage> deletedTopics;
  private final SortedSet<Integer> changedBrokers;
  private final SortedSet<ConfigResource> changedConfigs;

  private MetadataDelta(MetadataImage before, EntryApplication applied, MetadataImage image) {
    this.before = before;
    this.image = image;
    this.changedPartitions = new TreeMap<>();
    this.createdTopics = new TreeMap<>();
    this.deletedTopics = Collections.unmodifiableSortedMap(applied.deletedTopics);
    this.changedBrokers = Collections.unmodifiableSortedSet(new TreeSet<>(applied.changedBrokers));
    this.changedConfigs = Collections.unmodifiableSortedSet(new TreeSet<>(applied.changedConfigs));
    for (TopicIdPartition id : applied.changedPartitions) {
      image.partition(id.topicId(), id.partition()).ifPresent(state -> changedPartitions.put(id, state));
    }
    for (UUID id : applied.createdTopics) {
      image.topic(id).ifPresent(topic -> createdTopics.put(id, topic));
    }
  }

  /**
   * Applies one entry.
   *
   * @param before the image so far
   * @param index the entry's index, beyond that of {@code before}
   * @param term the entry's term
   * @param records the entry's records; empty for entries that concern only the quorum
   * @throws MetadataReplayException when the entry cannot be applied; the node must quarantine itself
   */
  public static MetadataDelta of(MetadataImage before, long index, long term, List<MetadataRecord> records) {
    EntryApplication application = new EntryApplication(before, index, term);
    try {
      records.forEach(application::apply);
      return new MetadataDelta(before, application, application.finish());
    } catch (IllegalArgumentException e) {
      throw new MetadataReplayException("entry " + index + " of term " + term + ": " + e.getMessage(), e);
    }
  }

  /** The next image, for those who need nothing else. */
  public static MetadataImage apply(MetadataImage before, long index, long term, List<MetadataRecord> records) {
    return of(before, index, term, records).image();
  }

  /** The image the entry was applied to. */
  public MetadataImage before() {
    return before;
  }

  /** The image after the entry. */
  public MetadataImage image() {
    return image;
  }

  /** Partitions created or changed that still exist, with their new state. */
  public SortedMap<TopicIdPartition, PartitionState> changedPartitions() {
    return Collections.unmodifiableSortedMap(changedPartitions);
  }

  /** Topics created. */
  public Map<UUID, TopicImage> createdTopics() {
    return Collections.unmodifiableSortedMap(createdTopics);
  }

  /** Topics deleted, as they last were. */
  public Map<UUID, TopicImage> deletedTopics() {
    return deletedTopics;
  }

  /** Brokers registered, changed or removed. */
  public SortedSet<Integer> changedBrokers() {
    return changedBrokers;
  }

  /** Resources whose settings changed. */
  public SortedSet<ConfigResource> changedConfigs() {
    return changedConfigs;
  }

  /** Whether the entry changed nothing but the index. */
  public boolean isEmpty() {
    return changedPartitions.isEmpty() && createdTopics.isEmpty() && deletedTopics.isEmpty() && changedBrokers.isEmpty()
        && changedConfigs.isEmpty();
  }
}
