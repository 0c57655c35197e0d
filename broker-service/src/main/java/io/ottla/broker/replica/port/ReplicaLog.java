package io.ottla.broker.replica.port;

import java.nio.ByteBuffer;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A partition's log as replication sees it. Called by one thread at a time, under the partition's lock. Storage that fails throws an
 * unchecked exception, after which the replica is unusable.
 */
public interface ReplicaLog {
  /** The random id given when this log was created from nothing (P10). */
  UUID incarnation();

  /** First readable offset. */
  long logStartOffset();

  /** Offset of the next record. */
  long logEndOffset();

  /** End of what has certainly been forced; never above the log end offset, and lowered by a truncation. */
  long durableOffset();

  /** Epoch of the last record, or the newest epoch of the checkpoint; -1 for a log that never held anything. */
  int lastEpoch();

  /** Where an epoch ends here (P12). */
  EpochEnd endOffsetForEpoch(int epoch);

  /** Notes that a leader's epoch begins at the log end offset; durable on return, also when no record follows (P26). */
  void startEpoch(int epoch);

  /**
   * Where a batch that an idempotent producer sends is already (P37); null if it is not known to be a repetition. It may not be committed yet.
   */
  @Nullable
  OffsetRange duplicateOf(ByteBuffer batch);

  /**
   * Gives a producer's batch its offsets and epoch and appends it (P7).
   *
   * @return offset of its first record
   * @throws io.ottla.common.error.OttlaException when the batch is refused; nothing was appended
   */
  long appendAsLeader(ByteBuffer batch, int leaderEpoch);

  /**
   * Appends what a leader sent, byte for byte (P3, P14). An empty log takes a first batch that begins before its end, and starts there then:
   * the leader's log starts inside that batch.
   *
   * @param leaderEpoch epoch of that leader; no batch may have a higher one
   * @throws io.ottla.common.error.OttlaException CORRUPT_BATCH when the bytes are not sound batches that continue this log; those before
   *     the first unsound one may have been appended
   */
  void appendAsFollower(ByteBuffer batches, int leaderEpoch);

  /** Removes records at and beyond the offset, and epochs that start there, even if no record is removed (P13). */
  void truncateTo(long offset);

  /**
   * Moves the log start forward, durably; a lower offset changes nothing (P40).
   *
   * @param highWatermark the start never passes it
   */
  void raiseLogStart(long offset, long highWatermark);

  /** Drops everything and starts again, empty, at the offset (P12, low). */
  void resetTo(long offset);
}
