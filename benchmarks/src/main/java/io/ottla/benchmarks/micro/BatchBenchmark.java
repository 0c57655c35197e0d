package io.ottla.benchmarks.micro;

import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.BatchValidator;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Building, checking and reading a batch of 100 records of 100 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {
  private static final long NOW = 1_700_000_000_000L;
  private static final byte[] KEY = "customer-4711".getBytes(StandardCharsets.UTF_8);
  private static final byte[] VALUE = new byte[100];

  private final BatchBuilder builder = new BatchBuilder(16_384);
  private final ByteBuffer batch = build();

  /** What the gateway does for a produce request. */
  @Benchmark
  public ByteBuffer build() {
    builder.reset();
    for (int i = 0; i < 100; i++) {
      builder.add(NOW + i, KEY, VALUE, List.of());
    }
    return builder.build();
  }

  /** What the leader does before an append. */
  @Benchmark
  public int checkForAppend() {
    return BatchValidator.checkForAppend(batch, 0, batch.limit(), AppendLimits.DEFAULT, NOW);
  }

  /** What a consumer's broker does before it writes JSON. */
  @Benchmark
  public long decode() {
    long bytes = 0;
    RecordCursor cursor = RecordBatches.verified(batch).getFirst().cursor();
    while (cursor.next()) {
      bytes += cursor.offset() + cursor.valueSize();
    }
    return bytes;
  }
}
