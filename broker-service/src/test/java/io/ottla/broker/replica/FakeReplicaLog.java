package io.ottla.broker.replica;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.log.ProducerBatch;
import io.ottla.broker.log.ProducerStates;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.OffsetRange;
import io.ottla.broker.replica.port.ReplicaLog;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.BatchFormat;

/**
 * A log in memory that can crash: one record per batch, epochs with their starts, and a mark of what was forced. What it knows of idempotent
 * producers is the production code's business.
 */
class FakeReplicaLog implements ReplicaLog {
  static final int ENTRY_BYTES = 34;
  private static final int BATCH_BYTES = 22;

  /** A batch, of producer -1 if it has none. */
  record Entry(long offset, int epoch, long payload, long producer, short producerEpoch, int sequence) {
    private ByteBuffer header() {
      ByteBuffer header = ByteBuffer.allocate(BatchFormat.RECORDS);
      header.putInt(BatchFormat.LENGTH, BatchFormat.RECORDS - BatchFormat.LENGTH_PREFIX);
      BatchFormat.stamp(header, 0, offset, epoch);
      BatchFormat.stampProducer(header, 0, producer, producerEpoch, sequence);
      return header;
    }
  }

  private record EpochStart(int epoch, long startOffset) {}

  private UUID incarnation;
  private final List<Entry> entries = new ArrayList<>();
  private final List<EpochStart> epochs = new ArrayList<>();
  private long start;
  private long durable;
  private ProducerStates producers = ProducerStates.EMPTY;

  FakeReplicaLog(UUID incarnation) {
    this.incarnation = incarnation;
  }

  static ByteBuffer batch(long payload) {
    return batch(payload, -1, (short) -1, -1);
  }

  static ByteBuffer batch(long payload, long producer, short producerEpoch, int sequence) {
    return ByteBuffer.allocate(BATCH_BYTES).putLong(payload).putLong(producer).putShort(producerEpoch).putInt(sequence)
        .flip();
  }

  private static Entry entry(ByteBuffer batch, long offset, int epoch) {
    return new Entry(offset, epoch, batch.getLong(0), batch.getLong(8), batch.getShort(16), batch.getInt(18));
  }

  /** For planted bugs. */
  final void forgetProducers() {
    producers = ProducerStates.EMPTY;
  }

  private void add(Entry entry) {
    entries.add(entry);
    producers = producers.after(entry.header());
  }

  void rebuildProducers() {
    producers = ProducerStates.EMPTY;
    entries.forEach(entry -> producers = producers.after(entry.header()));
  }

  Entry entry(long offset) {
    return entries.get((int) (offset - start));
  }

  List<Entry> entries() {
    return entries;
  }

  /** What a leader would send from an offset on. */
  ByteBuffer bytesFrom(long offset, int maxEntries) {
    int count = (int) Math.max(0, Math.min(maxEntries, logEndOffset() - offset));
    ByteBuffer bytes = ByteBuffer.allocate(count * ENTRY_BYTES);
    for (long at = offset; at < offset + count; at++) {
      Entry entry = entry(at);
      bytes.putLong(entry.offset()).putInt(entry.epoch()).putLong(entry.payload()).putLong(entry.producer())
          .putShort(entry.producerEpoch()).putInt(entry.sequence());
    }
    return bytes.flip();
  }

  void force() {
    durable = logEndOffset();
  }

  @Override
  public String toString() {
    return start + ".." + logEndOffset() + " durable " + durable + " " + epochs;
  }

  /** Power is lost: what was not forced survives in part. */
  void crash(Random random) {
    long end = durable + random.nextLong(logEndOffset() - durable + 1);
    cut(end);
    durable = end;
  }

  /** The disk is new. */
  void wipe(UUID newIncarnation) {
    entries.clear();
    epochs.clear();
    producers = ProducerStates.EMPTY;
    start = 0;
    durable = 0;
    incarnation = newIncarnation;
  }

  @Override
  public UUID incarnation() {
    return incarnation;
  }

  @Override
  public long logStartOffset() {
    return start;
  }

  @Override
  public long logEndOffset() {
    return start + entries.size();
  }

  @Override
  public long durableOffset() {
    return durable;
  }

  @Override
  public int lastEpoch() {
    if (!entries.isEmpty()) {
      return entries.getLast().epoch();
    }
    return epochs.isEmpty() ? -1 : epochs.getLast().epoch();
  }

  @Override
  public EpochEnd endOffsetForEpoch(int epoch) {
    int found = -1;
    for (int i = 0; i < epochs.size() && epochs.get(i).epoch() <= epoch; i++) {
      found = i;
    }
    if (found < 0) {
      return new EpochEnd(epoch, epochs.isEmpty() ? logEndOffset() : epochs.getFirst().startOffset());
    }
    long end = found + 1 < epochs.size() ? epochs.get(found + 1).startOffset() : logEndOffset();
    return new EpochEnd(epochs.get(found).epoch(), end);
  }

  @Override
  public void startEpoch(int epoch) {
    assign(epoch, logEndOffset());
  }

  /** As in the real log: an epoch that got no record gives way to what comes at its start. */
  private void assign(int epoch, long offset) {
    if (!epochs.isEmpty() && epochs.getLast().epoch() == epoch) {
      return;
    }
    while (!epochs.isEmpty() && (epochs.getLast().startOffset() >= offset || epochs.getLast().epoch() > epoch)) {
      epochs.removeLast();
    }
    if (epochs.isEmpty() || epochs.getLast().epoch() < epoch) {
      epochs.add(new EpochStart(epoch, offset));
    }
  }

  @Override
  public @Nullable OffsetRange duplicateOf(ByteBuffer batch) {
    ProducerBatch known = producers.duplicateOf(entry(batch, 0, 0).header(), 0);
    return known == null ? null : new OffsetRange(known.firstOffset(), known.lastOffset() + 1);
  }

  @Override
  public long appendAsLeader(ByteBuffer batch, int leaderEpoch) {
    long offset = logEndOffset();
    Entry entry = entry(batch, offset, leaderEpoch);
    producers.check(entry.header());
    add(entry);
    return offset;
  }

  @Override
  public void appendAsFollower(ByteBuffer batches, int leaderEpoch) {
    ByteBuffer in = batches.duplicate();
    while (in.hasRemaining()) {
      long offset = in.getLong();
      int epoch = in.getInt();
      Entry entry = new Entry(offset, epoch, in.getLong(), in.getLong(), in.getShort(), in.getInt());
      boolean sound = offset == logEndOffset() && epoch <= leaderEpoch
          && (entries.isEmpty() || epoch >= entries.getLast().epoch());
      if (!sound) {
        throw new OttlaException(ErrorCode.CORRUPT_BATCH,
            "offset " + offset + " epoch " + epoch + " after " + logEndOffset());
      }
      assign(epoch, offset);
      add(entry);
    }
  }

  @Override
  public void truncateTo(long offset) {
    cut(offset);
    epochs.removeIf(one -> one.startOffset() >= offset);
    durable = Math.min(durable, offset);
  }

  private void cut(long end) {
    while (logEndOffset() > end) {
      entries.removeLast();
    }
    rebuildProducers();
    epochs.removeIf(one -> one.startOffset() > end);
  }

  @Override
  public void raiseLogStart(long offset, long highWatermark) {
    if (offset > Math.min(highWatermark, logEndOffset())) {
      throw new IllegalArgumentException("log start " + offset + " would pass the high watermark " + highWatermark);
    }
    if (offset > start) {
      entries.subList(0, (int) (offset - start)).clear();
      start = offset;
      while (epochs.size() > 1 && epochs.get(1).startOffset() <= offset) {
        epochs.removeFirst();
      }
      if (!epochs.isEmpty() && epochs.getFirst().startOffset() < offset) {
        epochs.set(0, new EpochStart(epochs.getFirst().epoch(), offset));
      }
    }
  }

  @Override
  public void resetTo(long offset) {
    entries.clear();
    producers = ProducerStates.EMPTY;
    epochs.clear();
    start = offset;
    durable = offset;
  }
}
