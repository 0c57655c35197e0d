package io.ottla.broker.log;

import io.ottla.common.id.TopicIdPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * The log of one replica: batches at contiguous offsets from {@link #logStartOffset} up to {@link #logEndOffset} (LEO), of which those below
 * {@link #durableOffset} are forced.
 *
 * <p>Thread rule: the caller serialises all changes (appends, {@link #recordEpochStart}, truncations, {@link #close}) of one log. Reads, queries
 * and {@link #flush} may run at any time on any thread; readers see an append only when it is complete.
 *
 * <p>Errors: what a producer or leader sent and cannot be taken is an {@link io.ottla.common.error.OttlaException} with its code, and the log is
 * unchanged. {@code STORAGE_FULL} also leaves it unchanged (P44). A failed write that cannot be undone or a failed force is a
 * {@link LogFailedException}, and then so is every later call.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class PartitionLog implements AutoCloseable {
  private PartitionLog() {
  }

  /** The partition. */
  public TopicIdPartition id() {
    throw new UnsupportedOperationException();
  }

  /** Random id given when this log was created from nothing (P10). */
  public UUID replicaIncarnation() {
    throw new UnsupportedOperationException();
  }

  /** First readable offset. */
  public long logStartOffset() {
    throw new UnsupportedOperationException();
  }

  /** Offset the next record gets (LEO). */
  public long logEndOffset() {
    throw new UnsupportedOperationException();
  }

  /** Everything below it survives a power cut. Never above the log end offset. */
  public long durableOffset() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of all batches. */
  public long sizeInBytes() {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends what producers sent (P6, P7): checks every batch down to its records, gives offsets and the epoch, writes. All batches or none.
   * Offsets and epoch are stamped into the buffer in place. The epoch must have been started with {@link #recordEpochStart}.
   *
   * @param batches whole batches from position to limit; the position stays
   * @param nowMs wall clock, to refuse timestamps too far in the future
   */
  public AppendResult appendAsLeader(ByteBuffer batches, int leaderEpoch, long nowMs) {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends what the leader sent, byte for byte (P14). Refuses with {@code CORRUPT_BATCH} anything but sound batches that go on exactly at the
   * log end with epochs that never fall and are not above {@code currentLeaderEpoch}.
   */
  public AppendResult appendAsFollower(ByteBuffer batches, int currentLeaderEpoch) {
    throw new UnsupportedOperationException();
  }

  /**
   * Whole batches from the one that holds {@code startOffset} on, as long as all of their offsets are below {@code upTo}: about
   * {@code maxBytes}, but at least one batch if there is one. Empty at the end; a short slice does not mean the end.
   *
   * @param upTo the high watermark for consumers, the log end for followers
   * @throws io.ottla.common.error.OttlaException OFFSET_TRIMMED below the log start, OFFSET_OUT_OF_RANGE above the log end
   */
  public LogSlice read(long startOffset, int maxBytes, long upTo) {
    throw new UnsupportedOperationException();
  }

  /** Like {@link #read}, but never more than {@code maxBytes}, even if then no batch fits. */
  public LogSlice readAtMost(long startOffset, int maxBytes, long upTo) {
    throw new UnsupportedOperationException();
  }

  /** Where the largest epoch not above {@code epoch} ends in this log (P12). */
  public EpochEndOffset endOffsetForEpoch(int epoch) {
    throw new UnsupportedOperationException();
  }

  /** Where to truncate when the leader answered that it diverges (P13): never above the log end. */
  public long truncationOffset(EpochEndOffset leaderAnswer) {
    throw new UnsupportedOperationException();
  }

  /** The newest epoch this log knows of, with or without records; -1 if none. */
  public int latestEpoch() {
    throw new UnsupportedOperationException();
  }

  /** Epoch of the last record; of the newest known epoch if there is no record; -1 for a fresh log (P10). */
  public int lastFetchedEpoch() {
    throw new UnsupportedOperationException();
  }

  /** Epochs and their starts, ascending in both. */
  public List<EpochEntry> epochs() {
    throw new UnsupportedOperationException();
  }

  /** Notes that {@code epoch} starts at the log end, durable on return even without a record (P26). Repeating it changes nothing. */
  public void recordEpochStart(int epoch) {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes all batches with an offset at or above {@code offset}, and all epochs that start there or later (P13); durable on return. A batch
   * that straddles the offset goes as a whole.
   *
   * @param highWatermark truncating below it is a bug, or an unclean election whose caller passes 0 (P15)
   * @return the new log end offset
   */
  public long truncateTo(long offset, long highWatermark) {
    throw new UnsupportedOperationException();
  }

  /** Drops everything and restarts empty at {@code newStartOffset} (P12); durable on return, and finished after a crash in between. */
  public void truncateFully(long newStartOffset) {
    throw new UnsupportedOperationException();
  }

  /** Forces what was appended before the call and returns the new durable offset. Appends may go on meanwhile. */
  public long flush() {
    throw new UnsupportedOperationException();
  }

  /** CRC32C over the bytes of the whole batches within {@code [fromOffset, toOffset)}, for comparing replicas (I33). */
  public long digest(long fromOffset, long toOffset) {
    throw new UnsupportedOperationException();
  }

  /** Settings for the appends to come. */
  public void updateConfig(LogConfig config) {
    throw new UnsupportedOperationException();
  }

  /** Forces everything and closes the files. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
