package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One cleaning of a log (P41): first the newest offset of every key is noted, from where the last cleaning ended as far as memory allows; then
 * groups of segments are written anew without what a newer record makes superfluous, each to be swapped in by the log. Reads sealed segments
 * only, so it needs no turn among the log's changes. One thread.
 */
public final class Cleaning {
  private final PartitionDirectory directory;
  private final LogConfig config;
  private final Compaction compaction;
  private final CleaningScope scope;
  private final CleaningLimits limits;
  private final ProducerStates producers;
  private final long nowMs;
  private final LatestOffsets latest;
  private final Map<Long, Long> lastBatchOfProducer = new HashMap<>();
  private long endOffset;
  private int next;
  private int end;

  Cleaning(PartitionDirectory directory, LogConfig config, Compaction compaction, CleaningScope scope,
      CleaningLimits limits, ProducerStates producers, long nowMs) {
    this.directory = directory;
    this.config = config;
    this.compaction = compaction;
    this.scope = scope;
    this.limits = limits;
    this.producers = producers;
    this.nowMs = nowMs;
    this.latest = new LatestOffsets(limits.keyMemoryBytes());
    this.endOffset = scope.firstDirtyOffset();
  }

  /** Every record below it has been weighed when all groups are swapped in: where the next cleaning begins. */
  public long endOffset() {
    return endOffset;
  }

  /** The log's cuts when it began. */
  int generation() {
    return scope.view().generation();
  }

  /** Whether there is another group to clean. */
  public boolean hasNext() {
    return next < end;
  }

  /** Reads the keys. False if the pace asked to stop. */
  boolean readKeys() throws IOException {
    int i = 0;
    for (; i < scope.endIndex(); i++) {
      boolean dirty = scope.view().endOf(i) > scope.firstDirtyOffset();
      if (!dirty) {
        noteProducers(scope.view().segments()[i]);
        continue;
      }
      SegmentBatches batches = new SegmentBatches(scope.view().segments()[i]);
      for (RecordBatch batch = batches.next(); batch != null; batch = batches.next()) {
        if (latest.isFull() && batch.nextOffset() > endOffset) {
          end = endOffset > scope.view().segments()[i].baseOffset() ? i + 1 : i;
          return true;
        }
        note(batch);
        if (!limits.pace().took(batch.sizeInBytes())) {
          return false;
        }
      }
    }
    end = i;
    return true;
  }

  /** What was cleaned before has nothing to say about keys; headers are enough. */
  private void noteProducers(Segment segment) throws IOException {
    BatchWalk walk = new BatchWalk(segment.file(), 0, segment.size());
    while (walk.next()) {
      if (walk.producerId() >= 0) {
        lastBatchOfProducer.put(walk.producerId(), walk.lastOffset());
      }
    }
  }

  private void note(RecordBatch batch) {
    if (batch.producerId() >= 0) {
      lastBatchOfProducer.put(batch.producerId(), batch.lastOffset());
    }
    if (batch.nextOffset() <= scope.firstDirtyOffset()) {
      return;
    }
    endOffset = batch.nextOffset();
    if (batch.isControl()) {
      return;
    }
    RecordCursor cursor = batch.cursor();
    while (cursor.next()) {
      byte[] key = cursor.key();
      if (key != null && cursor.offset() >= scope.firstDirtyOffset()) {
        latest.put(key, cursor.offset());
      }
    }
  }

  /** Writes the next group anew; null if the pace asked to stop. Whatever was begun is removed after an exception. */
  @Nullable
  CleanedGroup cleanNext() throws IOException {
    List<Segment> old = group();
    Segment fresh = Segment.create(directory, old.getFirst().baseOffset(), SegmentNames.CLEANED_SUFFIX);
    boolean done = false;
    try {
      GroupWriter writer = new GroupWriter(fresh, new RecordFilter(latest, lastBatchOfProducer, compaction,
          producers, scope.view().logStartOffset(), endOffset, nowMs), config.indexIntervalBytes());
      done = copy(old, writer);
    } finally {
      if (!done) {
        fresh.delete(directory);
      }
    }
    next += old.size();
    return done ? new CleanedGroup(old, fresh) : null;
  }

  private boolean copy(List<Segment> old, GroupWriter writer) throws IOException {
    for (Segment segment : old) {
      SegmentBatches batches = new SegmentBatches(segment);
      for (RecordBatch batch = batches.next(); batch != null; batch = batches.next()) {
        writer.write(batch);
        if (!limits.pace().took(2L * batch.sizeInBytes())) {
          return false;
        }
      }
    }
    writer.finish();
    return true;
  }

  /** Segments that fit into one as they are, so certainly when they are smaller. */
  private List<Segment> group() {
    List<Segment> group = new ArrayList<>();
    long bytes = 0;
    for (int i = next; i < end; i++) {
      Segment segment = scope.view().segments()[i];
      bytes += segment.size();
      boolean fits = bytes <= config.segmentBytes()
          && segment.nextOffset() - scope.view().segments()[next].baseOffset() <= Integer.MAX_VALUE;
      if (!group.isEmpty() && !fits) {
        break;
      }
      group.add(segment);
    }
    return group;
  }
}
