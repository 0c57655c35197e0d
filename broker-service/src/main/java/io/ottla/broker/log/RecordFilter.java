package io.ottla.broker.log;

import io.ottla.common.record.BatchCleaning;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides what of a batch a cleaning keeps (P41). One thread. */
final class RecordFilter {
  private final LatestOffsets latest;
  private final Map<Long, Long> lastBatchOfProducer;
  private final Compaction compaction;
  private final ProducerStates producers;
  private final long logStartOffset;
  private final long endOffset;
  private final long nowMs;

  /** Records at or above {@code endOffset} were not weighed and stay. */
  RecordFilter(LatestOffsets latest, Map<Long, Long> lastBatchOfProducer, Compaction compaction,
      ProducerStates producers, long logStartOffset, long endOffset, long nowMs) {
    this.latest = latest;
    this.lastBatchOfProducer = lastBatchOfProducer;
    this.compaction = compaction;
    this.producers = producers;
    this.logStartOffset = logStartOffset;
    this.endOffset = endOffset;
    this.nowMs = nowMs;
  }

  /** What becomes of the batch: itself, a smaller one, its header, or null if nothing of it is needed. */
  @Nullable
  ByteBuffer filter(RecordBatch batch) {
    if (batch.isControl() || batch.nextOffset() > endOffset) {
      return batch.bytes();
    }
    BitSet kept = new BitSet(batch.count());
    boolean tombstones = select(batch, kept);
    if (kept.isEmpty()) {
      return isNeededForItsProducer(batch) ? BatchCleaning.emptied(batch) : null;
    }
    long horizon = batch.deleteHorizonMs().orElse(tombstones ? nowMs + compaction.tombstoneRetentionMs() : -1);
    boolean unchanged = kept.cardinality() == batch.count() && horizon == batch.deleteHorizonMs().orElse(-1);
    return unchanged ? batch.bytes() : BatchCleaning.retained(batch, kept, horizon);
  }

  /** Marks the records that stay; true if a tombstone is among them. */
  private boolean select(RecordBatch batch, BitSet kept) {
    boolean tombstonesMayGo = batch.deleteHorizonMs().orElse(Long.MAX_VALUE) <= nowMs;
    boolean tombstones = false;
    RecordCursor cursor = batch.cursor();
    for (int i = 0; cursor.next(); i++) {
      byte[] key = cursor.key();
      boolean tombstone = key != null && cursor.valueSize() < 0;
      // A record without a key was taken before the topic was compacted; nothing can replace it.
      boolean newest = key == null || latest.get(key) <= cursor.offset();
      if (cursor.offset() >= logStartOffset && newest && !(tombstone && tombstonesMayGo)) {
        kept.set(i);
        tombstones |= tombstone;
      }
    }
    return tombstones;
  }

  private boolean isNeededForItsProducer(RecordBatch batch) {
    return producers.entry(batch.producerId()) != null
        && lastBatchOfProducer.getOrDefault(batch.producerId(), -1L) == batch.lastOffset();
  }
}
