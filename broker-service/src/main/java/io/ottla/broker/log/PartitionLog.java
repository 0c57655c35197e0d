package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.RecoveryPoint;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchCleaning;
import io.ottla.common.record.BatchCompression;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.BatchValidator;
import io.ottla.common.record.Compression;
import io.ottla.common.record.MalformedBatchException;
import io.ottla.common.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
public final class PartitionLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);
  private static final int DIGEST_CHUNK_BYTES = 1024 * 1024;

  private final PartitionDirectory directory;
  private final LeaderEpochCache epochs;
  private final ProducerTracker producers;
  private final RecoveryPoint recoveryPoint;
  private final CleanerPoint cleaned;
  private final RetiredSegments retired = new RetiredSegments();
  private volatile LogConfig config;

  /** Guards changes of {@link #view} and {@link #durableOffset} together; never held across I/O. */
  private final Object stateLock = new Object();
  private volatile LogView view;
  private volatile long durableOffset;
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /** Takes over recovered segments, all of them forced. */
  PartitionLog(PartitionDirectory directory, LogView view, LeaderEpochCache epochs, ProducerTracker producers,
      RecoveryPoint recoveryPoint, CleanerPoint cleaned, LogConfig config) {
    this.directory = directory;
    this.epochs = epochs;
    this.producers = producers;
    this.recoveryPoint = recoveryPoint;
    this.cleaned = cleaned;
    this.config = config;
    this.view = view;
    this.durableOffset = view.logEndOffset();
  }

  /** The partition. */
  public TopicIdPartition id() {
    return directory.metadata().id();
  }

  /** Name of the topic when the log was created, for people. */
  public String topicName() {
    return directory.metadata().topicName();
  }

  /** Random id given when this log was created from nothing (P10). */
  public UUID replicaIncarnation() {
    return directory.metadata().replicaIncarnation();
  }

  /** Where the log is. */
  PartitionDirectory directory() {
    return directory;
  }

  /** First readable offset. */
  public long logStartOffset() {
    return view.logStartOffset();
  }

  /** Offset the next record gets (LEO). */
  public long logEndOffset() {
    return view.logEndOffset();
  }

  /** Everything below it survives a power cut. Never above the log end offset. */
  public long durableOffset() {
    return durableOffset;
  }

  /** Bytes of all batches. */
  public long sizeInBytes() {
    return view.sizeInBytes();
  }

  /** Whether the storage failed; then every other call but the plain accessors throws {@link LogFailedException}. */
  public boolean hasFailed() {
    return failure != null;
  }

  /** Settings for the appends to come. */
  public void updateConfig(LogConfig newConfig) {
    config = newConfig;
  }

  // ---- appending

  /**
   * What producers sent, compressed as the topic wants it stored. Expensive, so the caller does it before the append's turn comes; the buffer
   * itself if nothing is to be changed.
   */
  public ByteBuffer inStoredForm(ByteBuffer batches) {
    Compression wanted = config.compression();
    return wanted == null ? batches : BatchCompression.recompress(batches, wanted);
  }

  /**
   * Appends what producers sent (P6, P7): checks every batch down to its records, gives offsets and the epoch, writes. All batches or none.
   * Offsets and epoch are stamped into the buffer in place. The epoch must have been started with {@link #recordEpochStart}. A batch of an
   * idempotent producer must come alone and continue what the producer wrote before (P37); whether it repeats something is to be asked before.
   *
   * @param batches whole batches from position to limit; the position stays
   * @param nowMs wall clock, to refuse timestamps too far in the future
   */
  public AppendResult appendAsLeader(ByteBuffer batches, int leaderEpoch, long nowMs) {
    checkUsable();
    if (leaderEpoch < 0 || leaderEpoch != epochs.latestEpoch()) {
      throw new IllegalStateException(id() + ": append in epoch " + leaderEpoch + ", but the log is in epoch "
          + epochs.latestEpoch());
    }
    LogConfig current = config;
    for (int at = batches.position(); at < batches.limit();) {
      at += BatchValidator.checkForAppend(batches, at, batches.limit(), current.limits(), nowMs);
    }
    producers.states().check(batches);
    long offset = view.logEndOffset();
    for (int at = batches.position(); at < batches.limit();) {
      BatchFormat.stamp(batches, at, offset, leaderEpoch);
      offset = BatchFormat.lastOffset(batches, at) + 1;
      at += BatchFormat.sizeInBytes(batches, at);
    }
    return write(batches, epochs.entries());
  }

  /**
   * Where the batch of an idempotent producer is in the log already (P9, P37): what was acknowledged under these offsets, or will be once they
   * are committed.
   *
   * @param batches what a producer sent, not checked yet
   * @return empty if it is not known to repeat anything
   */
  public Optional<ProducerBatch> duplicateOf(ByteBuffer batches) {
    int at = batches.position();
    if (BatchValidator.headerProblem(batches, at, batches.limit()) != null) {
      return Optional.empty();
    }
    ProducerBatch known = producers.states().duplicateOf(batches, at);
    return known == null || BatchValidator.problem(batches, at, batches.limit()) != null
        ? Optional.empty()
        : Optional.of(known);
  }

  /** What the log knows of its idempotent producers. */
  public ProducerStates producers() {
    return producers.states();
  }

  /**
   * Appends what the leader sent, byte for byte (P14). An empty log takes a first batch that begins before its end and reaches it: the leader's
   * log starts inside that batch; the log then starts at the batch, until the caller raises it again. Refuses with {@code CORRUPT_BATCH} anything but sound batches that go on exactly at the
   * log end with epochs that never fall and are not above {@code currentLeaderEpoch}.
   */
  public AppendResult appendAsFollower(ByteBuffer batches, int currentLeaderEpoch) {
    checkUsable();
    startAtFirstBatch(batches, currentLeaderEpoch);
    long offset = view.logEndOffset();
    trimVacancy(batches, offset);
    int epoch = offset > view.logStartOffset() ? epochs.epochOf(offset - 1) : -1;
    List<EpochEntry> nextEpochs = epochs.entries();
    for (int at = batches.position(); at < batches.limit();) {
      checkFollowerBatch(batches, at, offset, epoch, currentLeaderEpoch);
      epoch = BatchFormat.partitionLeaderEpoch(batches, at);
      nextEpochs = LeaderEpochCache.with(nextEpochs, epoch, offset);
      offset = BatchFormat.lastOffset(batches, at) + 1;
      at += BatchFormat.sizeInBytes(batches, at);
    }
    return write(batches, nextEpochs);
  }

  private void startAtFirstBatch(ByteBuffer batches, int currentLeaderEpoch) {
    LogView empty = view;
    int at = batches.position();
    boolean possible = empty.logStartOffset() == empty.logEndOffset()
        && BatchValidator.headerProblem(batches, at, batches.limit()) == null;
    if (!possible) {
      return;
    }
    long base = BatchFormat.baseOffset(batches, at);
    if (base < empty.logEndOffset() && BatchFormat.lastOffset(batches, at) >= empty.logEndOffset()) {
      checkFollowerBatch(batches, at, base, -1, currentLeaderEpoch);
      truncateFully(base);
    }
  }

  /** The leader's cleaner may have joined an empty stretch that this log holds the first part of. */
  private static void trimVacancy(ByteBuffer batches, long logEndOffset) {
    int at = batches.position();
    boolean vacancy = BatchValidator.problem(batches, at, batches.limit()) == null
        && BatchCleaning.isVacancy(batches, at);
    if (vacancy && BatchFormat.baseOffset(batches, at) < logEndOffset
        && BatchFormat.lastOffset(batches, at) >= logEndOffset) {
      BatchCleaning.beginAt(batches, at, logEndOffset);
    }
  }

  private void checkFollowerBatch(ByteBuffer batches, int at, long offset, int epochBefore, int currentLeaderEpoch) {
    String problem = BatchValidator.problem(batches, at, batches.limit());
    if (problem == null && BatchFormat.baseOffset(batches, at) != offset) {
      problem = "batch at offset " + BatchFormat.baseOffset(batches, at) + " does not continue the log at " + offset;
    }
    int epoch = problem == null ? BatchFormat.partitionLeaderEpoch(batches, at) : -1;
    if (problem == null && (epoch < epochBefore || epoch < 0 || epoch > currentLeaderEpoch)) {
      problem = "batch epoch " + epoch + " is not between " + epochBefore + " and " + currentLeaderEpoch;
    }
    if (problem != null) {
      throw new OttlaException(ErrorCode.CORRUPT_BATCH, id() + ": " + problem);
    }
  }

  /** Writes checked and stamped batches, rolling as needed, and publishes them at once. */
  private AppendResult write(ByteBuffer batches, List<EpochEntry> nextEpochs) {
    LogView before = view;
    if (!batches.hasRemaining()) {
      return new AppendResult(before.logEndOffset(), before.logEndOffset(), 0, 0);
    }
    Writing writing = new Writing(directory, config, before);
    try {
      int count = writing.writeAll(batches);
      epochs.replace(nextEpochs);
      ProducerStates nextStates = producers.states().after(batches);
      publishAppended(before, writing);
      producers.appended(nextStates, before, view, batches.remaining());
      return new AppendResult(before.logEndOffset(), view.logEndOffset(), count, batches.remaining());
    } catch (StorageFullException e) {
      undo(writing, before, e);
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (IOException e) {
      throw failed("cannot append", e);
    }
  }

  private void publishAppended(LogView before, Writing writing) {
    synchronized (stateLock) {
      view = before.appended(writing.segments());
      durableOffset = Math.max(durableOffset, writing.forcedOffset());
    }
  }

  /** P7: the previous end is restored, durably, before anything else is appended; readers never saw more. */
  private void undo(Writing writing, LogView before, IOException cause) {
    try {
      cutFiles(writing.segments(), before.segments().length - 1, before.activeSize(), before.logEndOffset());
    } catch (IOException e) {
      e.addSuppressed(cause);
      throw failed("cannot take back a failed append", e);
    }
  }

  /** Forces what was appended before the call and returns the new durable offset. Appends may go on meanwhile. */
  public long flush() {
    while (!closed) {
      checkUsable();
      LogView target = view;
      if (target.logEndOffset() <= durableOffset || target.segments().length == 0) {
        return durableOffset;
      }
      try {
        // Whatever lies in earlier segments was forced when they were rolled.
        target.active().file().force();
      } catch (ClosedChannelException e) {
        if (closed || view.generation() != target.generation()) {
          continue;
        }
        throw failed("cannot force", e);
      } catch (IOException e) {
        throw failed("cannot force", e);
      }
      synchronized (stateLock) {
        if (view.generation() == target.generation()) {
          durableOffset = Math.max(durableOffset, target.logEndOffset());
          return durableOffset;
        }
      }
    }
    return durableOffset;
  }

  // ---- reading

  /**
   * Whole batches from the one that holds {@code startOffset} on, as long as all of their offsets are below {@code upTo}: about
   * {@code maxBytes}, but at least one batch if there is one. Empty at the end; a short slice does not mean the end.
   *
   * @param upTo the high watermark for consumers, the log end for followers
   * @throws io.ottla.common.error.OttlaException OFFSET_TRIMMED below the log start, OFFSET_OUT_OF_RANGE above the log end
   */
  public LogSlice read(long startOffset, int maxBytes, long upTo) {
    return read(startOffset, maxBytes, upTo, LogReader.FirstBatch.ALWAYS);
  }

  /** Like {@link #read(long, int, long)}, but never more than {@code maxBytes}, even if then no batch fits. */
  public LogSlice readAtMost(long startOffset, int maxBytes, long upTo) {
    return read(startOffset, maxBytes, upTo, LogReader.FirstBatch.IF_IT_FITS);
  }

  private LogSlice read(long startOffset, int maxBytes, long upTo, LogReader.FirstBatch first) {
    return reading("cannot read at offset " + startOffset,
        snapshot -> LogReader.read(snapshot, startOffset, maxBytes, upTo, first));
  }

  /**
   * The batches of a slice, for somebody else: every checksum is verified before (I32). A bad batch fails the log.
   *
   * @throws SliceGoneException if the log was cut since the slice was made
   */
  public ByteBuffer verified(LogSlice slice) {
    ByteBuffer bytes = slice.readFully();
    try {
      RecordBatches.verify(bytes);
      return bytes;
    } catch (MalformedBatchException e) {
      if (!slice.isEmpty() && slice.generation() != view.generation()) {
        throw new SliceGoneException(slice + " was cut while being read", e);
      }
      throw failed("bad batch in " + slice, e);
    }
  }

  /**
   * The first record below {@code upTo}, the high watermark for consumers, whose timestamp is at least {@code timestamp}; empty if there is
   * none. Timestamps of a log need not ascend: records before it may be later than records behind it.
   */
  public Optional<OffsetAtTimestamp> offsetForTimestamp(long timestamp, long upTo) {
    return reading("cannot look up timestamp " + timestamp,
        snapshot -> TimestampSearch.find(snapshot, timestamp, upTo));
  }

  /** Something done with one view of the log. */
  private interface Reading<T> {
    T in(LogView view) throws IOException;
  }

  private <T> T reading(String what, Reading<T> reading) {
    while (true) {
      checkUsable();
      LogView snapshot = view;
      try {
        T result = reading.in(snapshot);
        if (view.generation() == snapshot.generation()) {
          return result;
        }
      } catch (IOException | MalformedBatchException e) {
        if (view.generation() == snapshot.generation()) {
          throw failed(what, e);
        }
        // A truncation took away what was being read: look again.
      }
    }
  }

  /** CRC32C over the bytes of the batches from {@code fromOffset}'s on that end at or before {@code toOffset}, for comparing replicas (I33). */
  public long digest(long fromOffset, long toOffset) {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(DIGEST_CHUNK_BYTES);
    long offset = fromOffset;
    while (true) {
      LogSlice slice = read(offset, DIGEST_CHUNK_BYTES, toOffset);
      if (slice.isEmpty()) {
        return crc.getValue();
      }
      if (slice.sizeInBytes() > buffer.capacity()) {
        buffer = ByteBuffer.allocate(slice.sizeInBytes());
      }
      slice.readInto(buffer.clear());
      crc.update(buffer.flip());
      offset = slice.nextOffset();
    }
  }

  // ---- epochs and truncation

  /** Where the largest epoch not above {@code epoch} ends in this log (P12). */
  public EpochEndOffset endOffsetForEpoch(int epoch) {
    LogView snapshot = view;
    return epochs.endOffsetFor(epoch, snapshot.logStartOffset(), snapshot.logEndOffset());
  }

  /** Where to truncate when the leader answered that it diverges (P13): never above the log end. */
  public long truncationOffset(EpochEndOffset leaderAnswer) {
    EpochEndOffset own = endOffsetForEpoch(leaderAnswer.epoch());
    return Math.min(leaderAnswer.endOffset(), Math.min(own.endOffset(), logEndOffset()));
  }

  /** The newest epoch this log knows of, with or without records; -1 if none. */
  public int latestEpoch() {
    return epochs.latestEpoch();
  }

  /** Epoch of the last record; of the newest known epoch if there is no record; -1 for a fresh log (P10). */
  public int lastFetchedEpoch() {
    LogView snapshot = view;
    return snapshot.logEndOffset() > snapshot.logStartOffset() ? epochs.epochOf(snapshot.logEndOffset() - 1)
        : epochs.latestEpoch();
  }

  /** Epochs and their starts, ascending in both. */
  public List<EpochEntry> epochs() {
    return epochs.entries();
  }

  /** Notes that {@code epoch} starts at the log end, durable on return even without a record (P26). Repeating it changes nothing. */
  public void recordEpochStart(int epoch) {
    checkUsable();
    try {
      epochs.assignLeaderEpoch(epoch, view.logEndOffset());
    } catch (StorageFullException e) {
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (IOException e) {
      throw failed("cannot note the start of epoch " + epoch, e);
    }
  }

  /**
   * Removes all batches with an offset at or above {@code offset}, and all epochs that start there or later (P13); durable on return. A batch
   * that straddles the offset goes as a whole. An offset below the log start resets the log to it.
   *
   * @param highWatermark truncating below it is a bug, or an unclean election whose caller passes 0 (P15)
   * @return the new log end offset
   */
  public long truncateTo(long offset, long highWatermark) {
    checkUsable();
    LogView before = view;
    if (offset > before.logEndOffset()) {
      throw new IllegalArgumentException(id() + ": cannot truncate to " + offset + " beyond the end "
          + before.logEndOffset());
    }
    checkAboveHighWatermark(offset, highWatermark);
    if (offset < before.logStartOffset()) {
      truncateFully(offset);
      return offset;
    }
    try {
      if (offset < before.logEndOffset()) {
        truncateBatches(before, offset, highWatermark);
      }
      epochs.truncateFromEnd(view.logEndOffset());
      if (view.logEndOffset() < before.logEndOffset()) {
        producers.truncated(view);
      }
    } catch (IOException e) {
      throw failed("cannot truncate to " + offset, e);
    }
    return view.logEndOffset();
  }

  private void truncateBatches(LogView before, long offset, long highWatermark) throws IOException {
    int i = before.segmentOf(offset);
    BatchWalk walk = before.segments()[i].walkTo(offset, before.sizeOf(i));
    if (walk.problem() != null || walk.lastOffset() < offset) {
      throw new CorruptLogException("no batch with offset " + offset + " was found: " + walk.problem());
    }
    long newEnd = walk.baseOffset();
    checkAboveHighWatermark(newEnd, highWatermark);
    if (newEnd < before.logStartOffset()) {
      // The log starts inside this batch, so nothing of it is left.
      truncateFully(newEnd);
      return;
    }
    int position = (int) walk.position();
    publishShorter(before.truncated(i, position, newEnd));
    recoveryPoint.lower(newEnd);
    cleaned.lower(newEnd);
    cutFiles(before.segments(), i, position, newEnd);
  }

  /** Readers and flushes see the cut before it is made, so none of them works with bytes about to go. */
  private void publishShorter(LogView shorter) {
    synchronized (stateLock) {
      view = shorter;
      durableOffset = Math.min(durableOffset, shorter.logEndOffset());
    }
  }

  /** A log without records is durable as it is. */
  private void publishReset(LogView empty) {
    synchronized (stateLock) {
      view = empty;
      durableOffset = empty.logEndOffset();
    }
  }

  /** Newest first and each removal forced, so that a crash in between leaves no gap. The cut itself is forced before new appends (Q40). */
  private void cutFiles(Segment[] segments, int keep, int position, long newEnd) throws IOException {
    for (int k = segments.length - 1; k > keep; k--) {
      segments[k].delete(directory);
      directory.force();
    }
    segments[keep].truncate(position, newEnd, config.indexIntervalBytes());
  }

  private void checkAboveHighWatermark(long offset, long highWatermark) {
    if (offset < highWatermark) {
      throw new IllegalStateException(id() + ": truncating to " + offset + " would cut below the high watermark "
          + highWatermark);
    }
  }

  /** Drops everything and restarts empty at {@code newStartOffset} (P12); durable on return, and finished after a crash in between. */
  public void truncateFully(long newStartOffset) {
    checkUsable();
    LogView before = view;
    try {
      LogReset.intend(directory, recoveryPoint, newStartOffset);
      cleaned.lower(newStartOffset);
      publishReset(before.reset(newStartOffset));
      for (Segment segment : before.segments()) {
        segment.close();
      }
      Segment fresh = LogReset.finish(directory, newStartOffset);
      epochs.clear();
      producers.reset();
      synchronized (stateLock) {
        view = view.withSegment(fresh);
      }
      LogReset.done(directory, newStartOffset);
    } catch (IOException e) {
      throw failed("cannot restart at " + newStartOffset, e);
    }
  }

  // ---- the log's start

  /**
   * Moves the log start forward, durable on return; a lower offset changes nothing. What lies before is gone from here on. The start may lie
   * inside a batch. Segments wholly below it leave the log; {@link #removeRetired} removes their files later.
   *
   * @param highWatermark the start never passes it (P40)
   * @return the log start offset now
   */
  public long raiseLogStart(long offset, long highWatermark) {
    checkUsable();
    LogView before = view;
    if (offset > Math.min(highWatermark, before.logEndOffset())) {
      throw new IllegalArgumentException(id() + ": log start " + offset + " would pass the high watermark "
          + highWatermark);
    }
    if (offset <= before.logStartOffset()) {
      return before.logStartOffset();
    }
    // A log that ends below its start is damaged, so what makes up the start must be durable before it.
    flush();
    try {
      LogReset.raise(directory, offset);
      LogView after = before.startingAt(offset);
      synchronized (stateLock) {
        view = after;
      }
      retire(before, before.segments().length - after.segments().length);
    } catch (StorageFullException e) {
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (IOException e) {
      throw failed("cannot move the log start to " + offset, e);
    }
    dropEpochsBelow(offset);
    return offset;
  }

  private void dropEpochsBelow(long logStartOffset) {
    try {
      epochs.truncateFromStart(logStartOffset);
    } catch (StorageFullException e) {
      // They do no harm: every answer is limited to the log start. The next move of it drops them too.
      LOG.debug("log={} keeps epochs below its start: {}", id(), e.getMessage());
    } catch (IOException e) {
      throw failed("cannot drop epochs below " + logStartOffset, e);
    }
  }

  private void retire(LogView before, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      before.segments()[i].retire();
      retired.add(before.segments()[i]);
    }
    if (count > 0) {
      directory.force();
    }
  }

  /**
   * What retention asks for now (P40). Reads files and changes nothing, so it needs no turn among the changes; {@link #retain} carries it out.
   *
   * @param nowMs wall clock, to compare with timestamps
   */
  public RetentionPlan planRetention(long highWatermark, long nowMs) {
    LogConfig current = config;
    return reading("cannot look for old segments",
        snapshot -> RetentionPlan.of(snapshot, current.retention(), highWatermark, nowMs));
  }

  /**
   * Carries a plan out, as far as it still holds.
   *
   * @return the log start offset now
   */
  public long retain(RetentionPlan plan, long highWatermark) {
    checkUsable();
    LogView before = view;
    boolean still = plan.startOffset() <= Math.min(highWatermark, before.logEndOffset());
    if (!still || plan.startOffset() <= before.logStartOffset()) {
      return before.logStartOffset();
    }
    if (plan.rolled() && plan.startOffset() == before.logEndOffset()) {
      rollActive(before);
    }
    return raiseLogStart(plan.startOffset(), highWatermark);
  }

  private void rollActive(LogView before) {
    Writing writing = new Writing(directory, config, before);
    try {
      writing.roll();
      publishAppended(before, writing);
    } catch (StorageFullException e) {
      undo(writing, before, e);
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (IOException e) {
      throw failed("cannot roll", e);
    }
  }

  /**
   * Removes the files of segments that left the log long enough ago. Any thread, one at a time.
   *
   * @param nowMs any clock that does not jump
   */
  public void removeRetired(long nowMs) {
    checkUsable();
    try {
      retired.removeOld(directory, config.retention().deleteDelayMs(), nowMs);
    } catch (IOException e) {
      throw failed("cannot remove old segments", e);
    }
  }

  // ---- cleaning

  /** What part of what can be cleaned now was not cleaned before; -1 if the log is not to be cleaned, or that part is too small. */
  public double dueForCleaning(long highWatermark, long nowMs) {
    Compaction compaction = config.compaction();
    if (compaction == null) {
      return -1;
    }
    double ratio = CleaningScope.of(view, compaction, cleaned.offset(), highWatermark, nowMs).dirtyRatio();
    return ratio > 0 && ratio >= compaction.minDirtyRatio() ? ratio : -1;
  }

  /**
   * Begins a cleaning (P41). Reads and writes files of its own, so it needs no turn among the changes; {@link #swap} does. One cleaning of a
   * log at a time.
   *
   * @param nowMs wall clock, for tombstones and idle producers
   * @return empty if there is nothing to clean, or the pace asked to stop
   */
  public Optional<Cleaning> beginCleaning(long highWatermark, long nowMs, CleaningLimits limits) {
    LogConfig current = config;
    Compaction compaction = current.compaction();
    if (compaction == null) {
      return Optional.empty();
    }
    return cleaning(snapshot -> {
      Cleaning cleaning = new Cleaning(directory, current, compaction,
          CleaningScope.of(snapshot, compaction, cleaned.offset(), highWatermark, nowMs), limits, producers.states(),
          nowMs);
      return cleaning.readKeys() ? Optional.of(cleaning) : Optional.<Cleaning>empty();
    });
  }

  /** Writes the next group of segments anew; empty if the pace asked to stop. Needs no turn among the changes. */
  public Optional<CleanedGroup> cleanNext(Cleaning cleaning) {
    return cleaning(snapshot -> Optional.ofNullable(cleaning.cleanNext()));
  }

  /** A cleaning works with segments, not with a view: it ends when the log was cut or reset under it, and goes on otherwise. */
  private <T> Optional<T> cleaning(Reading<Optional<T>> work) {
    checkUsable();
    LogView snapshot = view;
    try {
      return work.in(snapshot);
    } catch (StorageFullException e) {
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (ClosedChannelException e) {
      checkUsable();
      LOG.debug("log={} was changed under its cleaning", id(), e);
      return Optional.empty();
    } catch (IOException | MalformedBatchException e) {
      throw failed("cannot clean", e);
    }
  }

  /**
   * Puts a cleaned group in the place of its segments, durable on return. Readers in those go on.
   *
   * @return false if the segments are not the log's any more; the group's files are removed then
   */
  public boolean swap(CleanedGroup group) {
    checkUsable();
    LogView before = view;
    int at = before.indexOf(group.old());
    try {
      if (at < 0) {
        group.fresh().delete(directory);
        return false;
      }
      SegmentSwap.swap(directory, group);
      synchronized (stateLock) {
        view = before.replaced(at, group.old().size(), group.fresh());
      }
      group.old().forEach(retired::add);
      return true;
    } catch (IOException e) {
      throw failed("cannot swap cleaned segments in", e);
    }
  }

  /** All groups are swapped in: the next cleaning begins where this one ended. */
  public void finishCleaning(Cleaning cleaning) {
    checkUsable();
    if (cleaning.generation() != view.generation()) {
      return; // the log was cut: some of what it covered may have been written since
    }
    try {
      cleaned.moveTo(cleaning.endOffset());
    } catch (StorageFullException e) {
      throw new OttlaException(ErrorCode.STORAGE_FULL, id() + ": " + e.getMessage());
    } catch (IOException e) {
      throw failed("cannot note how far the log is clean", e);
    }
  }

  // ---- end of life

  /** Forces everything and closes the files. After a failure the files are closed without a force. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      if (failure == null) {
        flush();
        view.active().forceIndexes();
        producers.close(view.logEndOffset());
      }
    } catch (IOException e) {
      throw failed("cannot force the indexes and note the producers", e);
    } finally {
      closeFiles();
    }
  }

  /** Closes the files without forcing: the log is about to be removed, or has failed. */
  void closeFiles() {
    if (closed) {
      return;
    }
    closed = true;
    IOException first = null;
    try {
      retired.close();
    } catch (IOException e) {
      first = e;
    }
    for (Segment segment : view.segments()) {
      try {
        segment.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null && failure == null) {
      throw new LogFailedException(id() + ": cannot close", first);
    }
  }

  private void checkUsable() {
    Throwable cause = failure;
    if (cause != null) {
      throw new LogFailedException(id() + " is offline since its storage failed", cause);
    }
    if (closed) {
      throw new IllegalStateException(id() + " is closed");
    }
  }

  private LogFailedException failed(String what, Exception cause) {
    if (closed) {
      throw new IllegalStateException(id() + " is closed", cause);
    }
    failure = cause;
    return new LogFailedException(id() + ": " + what, cause);
  }

  @Override
  public String toString() {
    LogView snapshot = view;
    return "PartitionLog[" + id() + ", " + snapshot.logStartOffset() + ".." + snapshot.logEndOffset() + "]";
  }
}
