package io.ottla.common.metadata;

import io.ottla.common.id.TopicIdPartition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What one entry, or all that a snapshot skips, does to an image: the next image, and what changed on the way. Applying an entry is the only
 * path of change, on the active controller, on standbys, on brokers, and after a restart; epochs are derived here and nowhere else (M1, M2).
 * An entry takes effect as a whole: a delta that cannot be completed throws and leaves nothing behind. Immutable once made.
 */
public final class MetadataDelta {
  private final MetadataImage before;
  private final MetadataImage image;
  private final SortedMap<TopicIdPartition, PartitionState> changedPartitions;
  private final SortedMap<UUID, TopicImage> createdTopics;
  private final SortedMap<UUID, TopicImage> deletedTopics;
  private final SortedSet<Integer> changedBrokers;
  private final SortedSet<ConfigResource> changedConfigs;

  private MetadataDelta(MetadataImage before, MetadataImage image,
      SortedMap<TopicIdPartition, PartitionState> changedPartitions, SortedMap<UUID, TopicImage> createdTopics,
      SortedMap<UUID, TopicImage> deletedTopics, Set<Integer> changedBrokers, Set<ConfigResource> changedConfigs) {
    this.before = before;
    this.image = image;
    this.changedPartitions = Collections.unmodifiableSortedMap(changedPartitions);
    this.createdTopics = Collections.unmodifiableSortedMap(createdTopics);
    this.deletedTopics = Collections.unmodifiableSortedMap(deletedTopics);
    this.changedBrokers = Collections.unmodifiableSortedSet(new TreeSet<>(changedBrokers));
    this.changedConfigs = Collections.unmodifiableSortedSet(new TreeSet<>(changedConfigs));
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
    EntryApplication applied = new EntryApplication(before, index, term);
    try {
      records.forEach(applied::apply);
      MetadataImage image = applied.finish();
      SortedMap<UUID, TopicImage> created = new TreeMap<>();
      applied.createdTopics.forEach(id -> image.topic(id).ifPresent(topic -> created.put(id, topic)));
      return new MetadataDelta(before, image, applied.changedPartitions, created, applied.deletedTopics,
          applied.changedBrokers, applied.changedConfigs);
    } catch (IllegalArgumentException e) {
      throw new MetadataReplayException("entry " + index + " of term " + term + ": " + e.getMessage(), e);
    }
  }

  /**
   * What happened between two images of one log, as one delta (M35). Its effect is that of all entries between them, without what they undid
   * themselves: a topic created and deleted again does not occur, one deleted and created anew under the same name occurs as both.
   *
   * @param before the image so far
   * @param after a later image, such as one from a snapshot; the same index is allowed for equal images
   * @throws MetadataReplayException when the second is no successor of the first, as some epoch would go back
   */
  public static MetadataDelta between(MetadataImage before, MetadataImage after) {
    ImageDifference found = new ImageDifference(before, after);
    return new MetadataDelta(before, after, found.changedPartitions, found.createdTopics, found.deletedTopics,
        found.changedBrokers, found.changedConfigs);
  }

  /** The next image, for those who need nothing else. */
  public static MetadataImage apply(MetadataImage before, long index, long term, List<MetadataRecord> records) {
    return of(before, index, term, records).image();
  }

  /** The image it starts from. */
  public MetadataImage before() {
    return before;
  }

  /** The image it leads to. */
  public MetadataImage image() {
    return image;
  }

  /** Partitions created or changed that still exist, with their new state. */
  public SortedMap<TopicIdPartition, PartitionState> changedPartitions() {
    return changedPartitions;
  }

  /** Topics created. */
  public Map<UUID, TopicImage> createdTopics() {
    return createdTopics;
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

  /** Whether nothing changed but the index. */
  public boolean isEmpty() {
    return changedPartitions.isEmpty() && createdTopics.isEmpty() && deletedTopics.isEmpty() && changedBrokers.isEmpty()
        && changedConfigs.isEmpty() && before.nextProducerId() == image.nextProducerId();
  }
}
