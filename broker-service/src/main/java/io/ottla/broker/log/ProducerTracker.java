package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.broker.log.ProducerSnapshots.Snapshot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a log knows of its producers in step with the log (P38): on append, truncation, reset and start. Earlier states stay in memory for
 * the last stretch of the log, where truncations happen, and in snapshot files for starts; from the nearest one on, batch headers are read.
 * Changes on the log's appending thread only; {@link #states} on any.
 */
final class ProducerTracker {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerTracker.class);
  private static final long CHECKPOINT_BYTES = 256 * 1024;
  private static final int CHECKPOINTS = 64;
  /** Headers of so many bytes of log are read at most at a start, after any kind of stop. */
  static final long SNAPSHOT_BYTES = 16L * 1024 * 1024;

  private final PartitionDirectory directory;
  private final LeaderEpochCache epochs;
  private final Deque<Snapshot> checkpoints = new ArrayDeque<>();
  private volatile ProducerStates states;
  private long sinceCheckpoint;
  private long sinceSnapshot;

  private ProducerTracker(PartitionDirectory directory, LeaderEpochCache epochs, ProducerStates states) {
    this.directory = directory;
    this.epochs = epochs;
    this.states = states;
  }

  /** What is known at the log's end. */
  ProducerStates states() {
    return states;
  }

  /** Finds out what the recovered log knows, from the newest snapshot that is good and the headers behind it. */
  static ProducerTracker recover(PartitionDirectory directory, LogView view, LeaderEpochCache epochs)
      throws IOException {
    ProducerTracker tracker = new ProducerTracker(directory, epochs, ProducerStates.EMPTY);
    ProducerSnapshots.deleteBeyond(directory, view.logEndOffset());
    tracker.sinceSnapshot = tracker.rebuild(view, view.logEndOffset());
    if (tracker.sinceSnapshot >= SNAPSHOT_BYTES) {
      tracker.snapshot(view.logEndOffset());
    }
    return tracker;
  }

  /** Batches were appended; {@code next} is what is known after them. */
  void appended(ProducerStates next, LogView before, LogView after, int bytes) throws IOException {
    states = next;
    sinceCheckpoint += bytes;
    sinceSnapshot += bytes;
    if (sinceCheckpoint >= CHECKPOINT_BYTES) {
      checkpoint(after.logEndOffset());
    }
    if (sinceSnapshot >= SNAPSHOT_BYTES || after.segments().length > before.segments().length) {
      snapshot(after.logEndOffset());
    }
  }

  private void checkpoint(long offset) {
    checkpoints.addLast(new Snapshot(offset, epochs.epochOf(offset - 1), states));
    if (checkpoints.size() > CHECKPOINTS) {
      checkpoints.removeFirst();
    }
    sinceCheckpoint = 0;
  }

  /** The log ends earlier; its files may still be longer. */
  void truncated(LogView view) throws IOException {
    ProducerSnapshots.deleteBeyond(directory, view.logEndOffset());
    while (!checkpoints.isEmpty() && checkpoints.getLast().offset() > view.logEndOffset()) {
      checkpoints.removeLast();
    }
    sinceSnapshot += rebuild(view, view.logEndOffset());
  }

  /** The log is empty; the snapshot files are gone with the segments. */
  void reset() {
    checkpoints.clear();
    states = ProducerStates.EMPTY;
    sinceCheckpoint = 0;
    sinceSnapshot = 0;
  }

  /** The log is closed with all it has in its files. */
  void close(long logEndOffset) throws IOException {
    if (sinceSnapshot > 0) {
      snapshot(logEndOffset);
    }
  }

  /** Notes what is known at the log's end, so that the next start need not look; not durable. */
  private void snapshot(long logEndOffset) throws IOException {
    try {
      ProducerSnapshots.write(directory, new Snapshot(logEndOffset, epochs.epochOf(logEndOffset - 1), states));
      sinceSnapshot = 0;
    } catch (StorageFullException e) {
      LOG.debug("partition={} has no room for what it knows of producers: {}", directory.metadata().id(),
          e.getMessage());
      directory.delete(SegmentNames.producers(logEndOffset));
    }
  }

  /** Returns how many bytes of log it had to look at. */
  private long rebuild(LogView view, long end) throws IOException {
    Snapshot start = nearest(view, end);
    ProducerStates found = start.states();
    long bytes = 0;
    for (int i = 0; i < view.segments().length; i++) {
      if (view.endOf(i) > start.offset()) {
        BatchWalk walk = view.segments()[i].walkTo(start.offset(), view.sizeOf(i));
        long from = walk.position();
        found = replay(found, walk, start.offset());
        bytes += walk.endPosition() - from;
      }
    }
    states = found;
    sinceCheckpoint = 0;
    return bytes;
  }

  private Snapshot nearest(LogView view, long end) throws IOException {
    if (!checkpoints.isEmpty()) {
      return checkpoints.getLast();
    }
    long[] offsets = ProducerSnapshots.offsets(directory);
    for (int i = offsets.length - 1; i >= 0; i--) {
      Snapshot snapshot = offsets[i] <= end ? read(offsets[i]) : null;
      if (snapshot != null && isOfThisLog(snapshot, view)) {
        return snapshot;
      }
    }
    return new Snapshot(0, -1, ProducerStates.EMPTY);
  }

  private @Nullable Snapshot read(long offset) {
    try {
      return ProducerSnapshots.read(directory, offset);
    } catch (IOException e) {
      LOG.warn("partition={} cannot read what it knew of producers at {}", directory.metadata().id(), offset, e);
      return null;
    }
  }

  /** What lies below the log start was committed, so it has one history only. */
  private boolean isOfThisLog(Snapshot snapshot, LogView view) {
    return snapshot.offset() <= view.logStartOffset()
        || epochs.epochOf(snapshot.offset() - 1) == snapshot.epochBefore();
  }

  private ProducerStates replay(ProducerStates before, BatchWalk walk, long from) throws IOException {
    ProducerStates found = before;
    boolean more = walk.size() > 0 && walk.lastOffset() >= from;
    while (more) {
      found = found.after(walk.producer());
      more = walk.next();
    }
    if (walk.problem() != null) {
      // Whoever reads these records will find the damage and act on it; here, producers may be taken for new ones.
      LOG.warn("partition={} has a bad batch while looking for producers: {}", directory.metadata().id(),
          walk.problem());
    }
    return found;
  }
}
