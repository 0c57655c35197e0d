package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A read through segments and index returns exactly what looking at every batch in turn would. */
class RandomReadsTest {
  /** A batch as a model without segments or indexes sees it. */
  private record Stored(long base, long last, int size) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void indexedReadsEqualALinearScan(long seed) {
    Random random = new Random(seed);
    LogConfig config = new LogConfig(2_000 + random.nextInt(20_000), 1 + random.nextInt(2_000),
        new AppendLimits(100_000, 1_000));
    LogStore store = new LogStore(new MemoryDisk(), config);
    store.start();
    PartitionLog log = store.create(Batches.METADATA);
    log.recordEpochStart(1);
    List<Stored> model = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      ByteBuffer batch = Batches.sized(1 + random.nextInt(4), random.nextInt(random.nextInt(20) == 0 ? 3_000 : 100));
      AppendResult result = log.appendAsLeader(batch, 1, Batches.NOW);
      model.add(new Stored(result.baseOffset(), result.lastOffset(), batch.limit()));
    }
    for (int i = 0; i < 2_000; i++) {
      long start = random.nextLong(log.logEndOffset() + 1);
      long upTo = random.nextInt(3) == 0 ? log.logEndOffset() : random.nextLong(log.logEndOffset() + 5);
      int maxBytes = random.nextInt(random.nextInt(4) == 0 ? 50_000 : 3_000);
      boolean atLeastOne = random.nextBoolean();
      check(atLeastOne ? log.read(start, maxBytes, upTo) : log.readAtMost(start, maxBytes, upTo), model, start,
          maxBytes, upTo, atLeastOne);
    }
  }

  private static void check(LogSlice slice, List<Stored> model, long start, int maxBytes, long upTo,
      boolean atLeastOne) {
    List<Stored> wanted = new ArrayList<>();
    int bytes = 0;
    for (Stored batch : model) {
      if (batch.last() < start) {
        continue;
      }
      boolean fits = bytes + batch.size() <= maxBytes || (wanted.isEmpty() && atLeastOne);
      if (batch.last() >= upTo || !fits) {
        break;
      }
      wanted.add(batch);
      bytes += batch.size();
    }
    List<Stored> got = new ArrayList<>();
    for (RecordBatch batch : RecordBatches.verified(slice.readFully())) {
      got.add(new Stored(batch.baseOffset(), batch.lastOffset(), batch.sizeInBytes()));
    }
    // A slice stays within one segment, so it may be shorter than a scan over all of them, but never empty instead.
    assertThat(wanted).as("from %d, %d bytes, up to %d", start, maxBytes, upTo).startsWith(got.toArray(Stored[]::new));
    assertThat(got.isEmpty()).isEqualTo(wanted.isEmpty());
    assertThat(slice.nextOffset()).isEqualTo(got.isEmpty() ? start : got.getLast().last() + 1);
    assertThat(slice.baseOffset()).isEqualTo(got.isEmpty() ? start : got.getFirst().base());
  }
}
