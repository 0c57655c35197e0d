package io.ottla.benchmarks.micro;

import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Compression;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.record.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Building a batch of 100 small JSON records, and reading it, for each compression. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompressionBenchmark {
  private static final long NOW = 1_700_000_000_000L;
  private static final int RECORDS = 100;

  @Param({"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
  private Compression compression;

  private final byte[][] values = new byte[RECORDS][];
  private final BatchBuilder builder = new BatchBuilder(32_768);
  private ByteBuffer stored = ByteBuffer.allocate(0);

  /** Makes the records, and the batch to read. */
  @Setup
  public void fill() {
    for (int i = 0; i < RECORDS; i++) {
      values[i] = "{\"order\":%d,\"customer\":\"c-%d\",\"state\":\"accepted\",\"amount\":%d.50,\"currency\":\"EUR\"}"
          .formatted(1_000_000 + i, i * 7919 % 1000, i).getBytes(StandardCharsets.UTF_8);
    }
    stored = build();
  }

  /** A batch ready to be appended. */
  @Benchmark
  public ByteBuffer build() {
    builder.reset();
    for (byte[] value : values) {
      builder.add(NOW, null, value, List.of());
    }
    return builder.build(compression);
  }

  /** Checksum, decompression, and every record's fields. */
  @Benchmark
  public long read() {
    RecordBatch batch = RecordBatches.verified(stored).getFirst();
    RecordCursor cursor = batch.cursor();
    long bytes = 0;
    while (cursor.next()) {
      bytes += cursor.valueSize();
    }
    return bytes;
  }
}
