package io.ottla.common.metadata;

/**
 * The lines of a snapshot's state, one JSON object each, in this order: one head; brokers by id; topics by name, each followed by its
 * partitions; settings by resource and key; the next producer id if any was given; one end.
 */
final class SnapshotLine {
  /** Index and term of the last entry in it. */
  static final String HEAD = "Snapshot";
  /** A broker as registered. */
  static final String BROKER = "BrokerState";
  /** A topic and how many partitions follow. */
  static final String TOPIC = "TopicState";
  /** A partition of the topic before it. */
  static final String PARTITION = "PartitionState";
  /** A setting; the same record as in entries. */
  static final String CONFIG = "Config";
  /** The first producer id that nobody has been given. */
  static final String PRODUCER_IDS = "ProducerIdsState";
  /** How many lines precede it, and the image's digest: what ends without it was cut off. */
  static final String END = "End";

  /** Stands for {@link PartitionState#UNASSIGNED_DIRECTORY} among directory numbers, which are places in the broker's list of directories. */
  static final int UNASSIGNED_DIRECTORY = -1;
  /** A directory that its broker does not have; then all directories of the partition are written as ids. */
  static final int FOREIGN_DIRECTORY = -2;

  private SnapshotLine() {
  }
}
