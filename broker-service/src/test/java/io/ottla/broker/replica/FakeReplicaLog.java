package io.ottla.broker.replica;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.ReplicaLog;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;

/** A log in memory that can crash: one record per batch, epochs with their starts, and a mark of what was forced. */
final class FakeReplicaLog implements ReplicaLog {
  static final int ENTRY_BYTES = 20;

  record Entry(long offset, int epoch, long payload) {}

  private record EpochStart(int epoch, long startOffset) {}

  private UUID incarnation;
  private final List<Entry> entries = new ArrayList<>();
  private final List<EpochStart> epochs = new ArrayList<>();
  private long start;
  private long durable;

  FakeReplicaLog(UUID incarnation) {
    this.incarnation = incarnation;
  }

  static ByteBuffer batch(long payload) {
    return ByteBuffer.allocate(Long.BYTES).putLong(payload).flip();
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
      bytes.putLong(entry.offset()).putInt(entry.epoch()).putLong(entry.payload());
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
  public long appendAsLeader(ByteBuffer batch, int leaderEpoch) {
    long offset = logEndOffset();
    entries.add(new Entry(offset, leaderEpoch, batch.getLong(batch.position())));
    return offset;
  }

  @Override
  public void appendAsFollower(ByteBuffer batches, int leaderEpoch) {
    ByteBuffer in = batches.duplicate();
    while (in.hasRemaining()) {
      long offset = in.getLong();
      int epoch = in.getInt();
      long payload = in.getLong();
      boolean sound = offset == logEndOffset() && epoch <= leaderEpoch
          && (entries.isEmpty() || epoch >= entries.getLast().epoch());
      if (!sound) {
        throw new OttlaException(ErrorCode.CORRUPT_BATCH,
            "offset " + offset + " epoch " + epoch + " after " + logEndOffset());
      }
      assign(epoch, offset);
      entries.add(new Entry(offset, epoch, payload));
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
    }
  }

  @Override
  public void resetTo(long offset) {
    entries.clear();
    epochs.clear();
    start = offset;
    durable = offset;
  }
}
