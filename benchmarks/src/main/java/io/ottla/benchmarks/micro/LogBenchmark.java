package io.ottla.benchmarks.micro;

import io.ottla.broker.log.AppendResult;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogSlice;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.storage.NioLogDirectory;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Appending a batch of 100 records to a log on disk, with and without a force, and reading at its end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogBenchmark {
  private static final long NOW = 1_700_000_000_000L;
  private static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 1), 0);

  private final Path root;
  private final LogStore store;
  private final PartitionLog log;
  private final ByteBuffer batch;

  /** Opens a log in a new temporary directory. */
  public LogBenchmark() {
    BatchBuilder builder = new BatchBuilder(16_384);
    for (int i = 0; i < 100; i++) {
      builder.add(NOW, null, new byte[100], List.of());
    }
    batch = builder.build();
    try {
      LogConfig config = new LogConfig(256 * 1024 * 1024, 4096, AppendLimits.DEFAULT);
      root = Files.createTempDirectory("ottla-benchmark");
      store = new LogStore(NioLogDirectory.open(root, "benchmark", 1, new UUID(9, 9)), config);
    } catch (IOException e) {
      throw new IllegalStateException("cannot make a directory to measure in", e);
    }
    store.start();
    log = store.create(new PartitionMetadata(ID, "benchmark", new UUID(2, 2)));
    log.recordEpochStart(1);
  }

  /** Starts each iteration with an empty log, so that the disk does not fill. */
  @Setup(Level.Iteration)
  public void empty() {
    log.truncateFully(0);
    log.recordEpochStart(1);
    log.appendAsLeader(batch, 1, NOW);
  }

  /** Removes the files. */
  @TearDown
  public void remove() throws IOException {
    store.delete(ID);
    store.close();
    try (Stream<Path> files = Files.list(root)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(root);
  }

  /** Into the page cache. */
  @Benchmark
  public AppendResult append() {
    return log.appendAsLeader(batch, 1, NOW);
  }

  /** One append per force: the worst case of durability {@code sync}. */
  @Benchmark
  public long appendAndForce() {
    log.appendAsLeader(batch, 1, NOW);
    return log.flush();
  }

  /** What a follower at the end of the log asks for. */
  @Benchmark
  public LogSlice readLastBatch() {
    return log.read(log.logEndOffset() - 1, 1024 * 1024, log.logEndOffset());
  }
}
