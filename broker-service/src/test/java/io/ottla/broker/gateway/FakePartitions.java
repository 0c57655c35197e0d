package io.ottla.broker.gateway;

import io.ottla.broker.log.ProducerBatch;
import io.ottla.broker.log.ProducerStates;
import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.OffsetsOutcome;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchCleaning;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.Compression;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Partition logs in memory behind the port: appends are counted, held back, refused or lost as a test asks. */
final class FakePartitions implements PartitionService {
  final Map<TopicIdPartition, List<Record>> logs = new HashMap<>();
  final List<Integer> batchSizes = new ArrayList<>();
  final List<Compression> compressions = new ArrayList<>();
  final Map<TopicIdPartition, ProducerStates> producers = new HashMap<>();
  final Queue<AppendOutcome.Failed> refusals = new ArrayDeque<>();
  /** Instead of acknowledging, answers like this after the append. */
  final Queue<AppendOutcome.Failed> lostAnswers = new ArrayDeque<>();
  /** Never answers, though it appends. */
  volatile boolean silent;
  final List<Runnable> held = new ArrayList<>();
  boolean hold;
  /** Below this offset a read finds nothing but the traces of compaction. */
  volatile long vacantBelow = -1;
  volatile boolean down;
  @Nullable
  String poison;

  @Override
  public synchronized CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, int acks,
      long timeoutMs) {
    AppendOutcome.Failed refusal = down
        ? new AppendOutcome.Failed(ErrorCode.LEADER_NOT_AVAILABLE, "down")
        : refusals.poll();
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    RecordBatch parsed = RecordBatches.verified(batch).getFirst();
    List<Record> records = new ArrayList<>();
    parsed.forEach(records::add);
    if (poison != null && records.stream().anyMatch(r -> poison.equals(text(r.value())))) {
      return CompletableFuture.completedFuture(new AppendOutcome.Failed(ErrorCode.CORRUPT_BATCH, "poison"));
    }
    List<Record> log = logs.computeIfAbsent(partition, key -> new ArrayList<>());
    long base = log.size();
    ProducerStates known = producers.getOrDefault(partition, ProducerStates.EMPTY);
    ProducerBatch duplicate = known.duplicateOf(batch, batch.position());
    if (duplicate != null) {
      return CompletableFuture.completedFuture(new AppendOutcome.Ok(duplicate.firstOffset(), 0, 0));
    }
    try {
      known.check(batch);
    } catch (OttlaException e) {
      return CompletableFuture.completedFuture(new AppendOutcome.Failed(e.code(), e.getMessage()));
    }
    BatchFormat.stamp(batch, batch.position(), base, 0);
    producers.put(partition, known.after(batch));
    for (Record record : records) {
      log.add(new Record(log.size(), record.timestamp(), record.key(), record.value(), record.headers()));
    }
    batchSizes.add(records.size());
    compressions.add(parsed.compression());
    AppendOutcome.Failed lost = lostAnswers.poll();
    if (lost != null) {
      return CompletableFuture.completedFuture(lost);
    }
    CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();
    if (silent) {
      return answer;
    }
    Runnable acknowledge = () -> answer.complete(new AppendOutcome.Ok(base, 0, 0));
    if (hold) {
      held.add(acknowledge);
      notifyAll();
    } else {
      acknowledge.run();
    }
    return answer;
  }

  /** Takes over what another leader has, as a follower does. */
  synchronized void follow(FakePartitions leader) {
    synchronized (leader) {
      logs.clear();
      leader.logs.forEach((partition, log) -> logs.put(partition, new ArrayList<>(log)));
      producers.clear();
      producers.putAll(leader.producers);
    }
  }

  /** Blocks until that many appends are held back. */
  synchronized void awaitHeld(int count) throws InterruptedException {
    while (held.size() < count) {
      wait();
    }
  }

  void release() {
    List<Runnable> now;
    synchronized (this) {
      hold = false;
      now = List.copyOf(held);
      held.clear();
    }
    now.forEach(Runnable::run);
  }

  @Override
  public synchronized CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes,
      int minBytes, long maxWaitMs) {
    long end = Math.max(vacantBelow, logs.getOrDefault(partition, List.of()).size());
    if (offset >= 0 && offset < vacantBelow) {
      return CompletableFuture.completedFuture(
          new ReadOutcome.Ok(offset, BatchCleaning.vacancy(offset, Math.min(offset + 1, vacantBelow - 1), 0), end, 0,
              0));
    }
    return CompletableFuture.completedFuture(offset > end
        ? new ReadOutcome.Failed(ErrorCode.OFFSET_OUT_OF_RANGE, "beyond the end")
        : new ReadOutcome.Ok(offset < 0 ? end : offset, ByteBuffer.allocate(0), end, 0, 0));
  }

  @Override
  public OffsetsOutcome offsets(TopicIdPartition partition) {
    return new OffsetsOutcome.Failed(ErrorCode.NOT_LEADER, "not asked for here");
  }

  static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }
}
