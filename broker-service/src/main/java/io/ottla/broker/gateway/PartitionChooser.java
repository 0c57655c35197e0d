package io.ottla.broker.gateway;

import io.ottla.common.record.Murmur2;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of one request go: as the record says, else by its key's hash as any client of the field would place it, else to one
 * partition drawn at random for the whole request, so that key-less records of a request share a batch. One thread.
 */
final class PartitionChooser {
  private static final int NOT_DRAWN = -1;

  private final int partitions;
  private final RandomGenerator random;
  private int drawn = NOT_DRAWN;

  PartitionChooser(int partitions, RandomGenerator random) {
    this.partitions = partitions;
    this.random = random;
  }

  /** The partition, or null when the record names one that does not exist. */
  @Nullable
  Integer choose(ProducerRecord record) {
    Integer asked = record.partition();
    if (asked != null) {
      return asked >= 0 && asked < partitions ? asked : null;
    }
    byte[] key = record.key();
    if (key != null) {
      return Murmur2.partition(key, partitions);
    }
    if (drawn == NOT_DRAWN) {
      drawn = random.nextInt(partitions);
    }
    return drawn;
  }
}
