package io.ottla.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogSlice;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.SliceGoneException;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.MalformedBatchException;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers and forces beside the one appender, on real files. */
@Timeout(60)
class ConcurrentLogTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final LogConfig CONFIG = new LogConfig(50_000, 1_000, new AppendLimits(10_000, 1_000));
  private static final int APPENDS = 4_000;

  @TempDir
  private Path root;

  private static ByteBuffer batch(long firstValue, int count) {
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < count; i++) {
      builder.add(NOW, null, ByteBuffer.allocate(8).putLong(firstValue + i).array(), List.of());
    }
    return builder.build();
  }

  /** Reads everything below the end it sees, checking that the record at an offset carries that offset as its value. */
  private static long readAll(PartitionLog log, long from) {
    long offset = from;
    while (offset < log.logEndOffset()) {
      LogSlice slice = log.read(offset, 3_000, log.logEndOffset());
      for (Record record : RecordBatches.records(slice.readFully(), offset, Long.MAX_VALUE)) {
        byte[] value = record.value();
        assertThat(value).isNotNull();
        assertThat(ByteBuffer.wrap(value).getLong()).isEqualTo(record.offset());
        assertThat(record.offset()).isEqualTo(offset);
        offset++;
      }
    }
    return offset;
  }

  @Test
  void readersAndForcesRunBesideAppends() throws Exception {
    LogStore store = new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
    store.start();
    PartitionLog log = store.create(new PartitionMetadata(new TopicIdPartition(new UUID(1, 1), 0), "t",
        new UUID(2, 2)));
    log.recordEpochStart(1);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> results = new ArrayList<>();
      Callable<Long> reader = () -> {
        long offset = 0;
        while (!done.get()) {
          offset = readAll(log, offset);
        }
        return readAll(log, offset);
      };
      results.add(threads.submit(reader));
      results.add(threads.submit(reader));
      results.add(threads.submit(() -> {
        long durable = 0;
        while (!done.get()) {
          long end = log.logEndOffset();
          long next = log.flush();
          assertThat(next).isGreaterThanOrEqualTo(durable).isGreaterThanOrEqualTo(end);
          durable = next;
        }
        return log.flush();
      }));
      for (int i = 0; i < APPENDS; i++) {
        long end = log.logEndOffset();
        log.appendAsLeader(batch(end, 1 + i % 5), 1, NOW);
      }
      done.set(true);
      for (Future<Long> result : results) {
        assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo(log.logEndOffset());
      }
    }
    assertThat(log.durableOffset()).isEqualTo(log.logEndOffset());
    store.closeCleanly(1);
  }

  @Test
  void truncationsNeverShowAReaderAnythingButTheLogOrItsAbsence() throws Exception {
    LogStore store = new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
    store.start();
    PartitionLog log = store.create(new PartitionMetadata(new TopicIdPartition(new UUID(1, 1), 0), "t",
        new UUID(2, 2)));
    log.recordEpochStart(1);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Long> reader = threads.submit(() -> {
        long reads = 0;
        while (!done.get()) {
          try {
            readAll(log, Math.max(0, log.logEndOffset() - 500));
            reads++;
          } catch (SliceGoneException | MalformedBatchException | io.ottla.common.error.OttlaException e) {
            // The end moved back between two steps of the reader; it looks again.
            assertThat(log.hasFailed()).isFalse();
          }
        }
        return reads;
      });
      Future<?> flusher = threads.submit(() -> {
        while (!done.get()) {
          log.flush();
        }
      });
      for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 20; k++) {
          log.appendAsLeader(batch(log.logEndOffset(), 3), 1, NOW);
        }
        log.truncateTo(log.logEndOffset() - 3L * (i % 19), 0);
        log.recordEpochStart(1);
        assertThat(log.durableOffset()).isLessThanOrEqualTo(log.logEndOffset());
      }
      done.set(true);
      assertThat(reader.get(30, TimeUnit.SECONDS)).isPositive();
      flusher.get(30, TimeUnit.SECONDS);
    }
    assertThat(log.hasFailed()).isFalse();
    assertThat(readAll(log, 0)).isEqualTo(log.logEndOffset());
    store.closeCleanly(1);
  }
}
