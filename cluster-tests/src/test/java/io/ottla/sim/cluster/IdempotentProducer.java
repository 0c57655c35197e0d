package io.ottla.sim.cluster;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.Outcome;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Sequence;
import io.ottla.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A producer that numbers its batches and sends each again, to whoever may lead by then, until it is acknowledged (P37). Whatever happens, each of
 * its records is in the log once, in the order of their numbers (I36).
 */
final class IdempotentProducer {
  private static final int MAX_IN_FLIGHT = 5;

  private final SimCluster cluster;
  private final Clients clients;
  private final SeededRandom random;
  private final List<Batch> inFlight = new ArrayList<>();
  private @Nullable TopicIdPartition partition;
  private long producerId;
  private int number;
  private int sequence;
  /** A batch was said to be written long ago; it may have been taken back since. */
  private boolean hasGap;
  private final NavigableMap<Integer, Long> offsets = new TreeMap<>();

  /** A batch that is not acknowledged yet. */
  private static final class Batch {
    private final TopicIdPartition partition;
    private final int number;
    private final int sequence;
    private final ByteBuffer bytes;
    private final List<String> values;
    private @Nullable AppendOutcome heard;

    Batch(TopicIdPartition partition, int number, int sequence, ByteBuffer bytes, List<String> values) {
      this.partition = partition;
      this.number = number;
      this.sequence = sequence;
      this.bytes = bytes;
      this.values = values;
    }
  }

  IdempotentProducer(SimCluster cluster, Clients clients, SeededRandom random) {
    this.cluster = cluster;
    this.clients = clients;
    this.random = random;
  }

  /**
   * A batch that waits for an answer.
   *
   * @param heard what the producer was last told of it, null when there was no answer
   */
  record Unanswered(TopicIdPartition partition, long producerId, int sequence, List<String> values,
      @Nullable AppendOutcome heard) {}

  /** Batches that wait for an answer. */
  Stream<Unanswered> unanswered() {
    return inFlight.stream().map(batch -> new Unanswered(batch.partition, producerId, batch.sequence, batch.values,
        batch.heard));
  }

  /** Sends another batch, if it may. */
  void produce(boolean mayWrite) {
    TopicIdPartition to = partition;
    if (to == null || cluster.truth().partition(to).isEmpty() || (inFlight.isEmpty() && random.chance(0.02))) {
      beginAnew();
      to = partition;
    }
    // A log that knows nothing of a producer takes any number for its first, so the first must not be overtaken.
    int limit = offsets.isEmpty() ? 1 : MAX_IN_FLIGHT;
    int ahead = inFlight.isEmpty() ? 0 : number - inFlight.getFirst().number;
    if (to != null && mayWrite && ahead < limit && random.chance(inFlight.isEmpty() ? 1 : 0.3)) {
      Batch next = next(to);
      inFlight.add(next);
      send(next);
    }
  }

  private void beginAnew() {
    inFlight.forEach(batch -> batch.values.forEach(cluster.checker().history(batch.partition)::unknown));
    inFlight.clear();
    partition = clients.anyPartition();
    producerId = clients.nextProducerId();
    sequence = 0;
    offsets.clear();
    hasGap = false;
  }

  private Batch next(TopicIdPartition to) {
    BatchBuilder builder = new BatchBuilder(256);
    List<String> values = new ArrayList<>();
    int count = random.oneOf(1, 1, 2, 3);
    for (int i = 0; i < count; i++) {
      String value = clients.nextValue();
      cluster.checker().history(to).sends(value);
      values.add(value);
      builder.add(clients.wallMs(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    builder.producer(producerId, (short) 0, sequence);
    Batch batch = new Batch(to, number++, sequence, builder.build(), values);
    sequence = Sequence.plus(sequence, count);
    return batch;
  }

  private void send(Batch batch) {
    // The receiver stamps offsets and epoch into what it gets.
    ByteBuffer copy = ByteBuffer.allocate(batch.bytes.remaining()).put(batch.bytes.duplicate()).flip();
    clients.append(batch.partition, copy, -1, outcome -> heard(batch, outcome));
  }

  private void heard(Batch batch, @Nullable AppendOutcome outcome) {
    if (!inFlight.contains(batch)) {
      return; // given up, or acknowledged to an earlier attempt
    }
    if (outcome instanceof AppendOutcome.Ok(long base, int _, long _)) {
      acknowledged(batch, base);
    } else if (outcome instanceof AppendOutcome.Failed(ErrorCode code, String _) && code.outcome() == Outcome.DONE) {
      forgotten(batch);
    } else if (outcome instanceof AppendOutcome.Failed(ErrorCode code, String _)
        && code == ErrorCode.OUT_OF_ORDER_SEQUENCE && mayBeOutOfOrder(batch)) {
      beginAnew();
    } else {
      batch.heard = outcome;
      clients.soon(random.between(2, 60), () -> {
        if (inFlight.contains(batch)) {
          send(batch);
        }
      });
    }
  }

  /**
   * Said to be written so long ago that nobody knows where. A leader that got its log when retention had removed what this producer wrote does not
   * know it, and takes any number for its first: then an overtaken batch looks old (P37).
   */
  private void forgotten(Batch batch) {
    PartitionHistory history = cluster.checker().history(batch.partition);
    if (cluster.plan().retentionBytes() < 0) {
      throw history.violation("I36", batch.values + " are said to be written long ago, with " + inFlight.size()
          + " batches in flight");
    }
    inFlight.remove(batch);
    batch.values.forEach(history::unknown);
    hasGap = true;
  }

  /**
   * Whether a log may miss what comes before the oldest batch in flight, for good. A leader that got its log when retention had removed that, and
   * took an older batch for the producer's first, waits for the one after it, which was acknowledged long ago (P37). Nothing was written then, and
   * the producer begins anew, as those inside the cluster do.
   */
  private boolean mayBeOutOfOrder(Batch batch) {
    Map.Entry<Integer, Long> earlier = offsets.lowerEntry(batch.sequence);
    long logStart = cluster.checker().history(batch.partition).logStart();
    return batch == inFlight.getFirst() && (hasGap || (earlier != null && earlier.getValue() < logStart));
  }

  private void acknowledged(Batch batch, long base) {
    inFlight.remove(batch);
    PartitionHistory history = cluster.checker().history(batch.partition);
    for (int i = 0; i < batch.values.size(); i++) {
      history.acknowledged(batch.values.get(i), base + i);
    }
    Map.Entry<Integer, Long> earlier = offsets.lowerEntry(batch.sequence);
    Map.Entry<Integer, Long> later = offsets.higherEntry(batch.sequence);
    // Of a batch that retention has removed, some replicas know and others do not: those may write it again, behind its successors.
    if ((earlier != null && earlier.getValue() >= base && base >= history.logStart()) || (later != null
        && later.getValue() <= base && later.getValue() >= history.logStart())) {
      throw history.violation("I36", batch.values + " are at " + base + ", neighbours at " + earlier + " and "
          + later);
    }
    offsets.put(batch.sequence, base);
    clients.countAcknowledged(batch.values.size());
  }
}
