package io.ottla.sim.cluster;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.broker.runtime.OffsetsOutcome;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.Outcome;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.cluster.Calls.Delivery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who writes and reads: producers of values that never occur twice, readers of anything anywhere, and consumers that go on from where they
 * were. They ask any broker at any time, mostly the leader of some broker's metadata, and believe nothing but answers.
 */
final class Clients extends SimProcess {
  private static final long PATIENCE_MS = 2_000;
  private static final long READ_GAP_MS = 25;

  private final SimCluster cluster;
  private final SeededRandom random;
  private final Map<TopicIdPartition, Long> positions = new TreeMap<>();
  private final List<IdempotentProducer> idempotent = new ArrayList<>();
  private long producerIds = 1L << 40;
  private long values;
  private long acknowledged;
  private long unknown;
  private long refused;
  private long recordsRead;
  private boolean writing = true;

  Clients(SimCluster cluster, int address, SimClock clock, SeededRandom random) {
    super(cluster.scheduler(), address, clock);
    this.cluster = cluster;
    this.random = random;
  }

  long acknowledged() {
    return acknowledged;
  }

  long unknown() {
    return unknown;
  }

  long refused() {
    return refused;
  }

  long recordsRead() {
    return recordsRead;
  }

  /** Batches of idempotent producers that wait for an answer. */
  Stream<IdempotentProducer.Unanswered> unanswered() {
    return idempotent.stream().flatMap(IdempotentProducer::unanswered);
  }

  long nextProducerId() {
    return producerIds++;
  }

  /** A value that nobody has sent yet. */
  String nextValue() {
    values++;
    return "v" + values + ".".repeat(random.nextInt(40));
  }

  long wallMs() {
    return SimBroker.WALL_MS + clock().millis();
  }

  void countAcknowledged(int records) {
    acknowledged += records;
  }

  /** No more records are sent. */
  void stopWriting() {
    writing = false;
  }

  @Override
  protected void onStart() {
    for (int producer = 0; producer < cluster.plan().producers(); producer++) {
      every(() -> random.between(1, 2 * cluster.plan().produceGapMs()), this::produce);
    }
    for (int producer = 0; producer < cluster.plan().idempotentProducers(); producer++) {
      IdempotentProducer one = new IdempotentProducer(cluster, this, random.split("idempotent " + producer));
      idempotent.add(one);
      every(() -> random.between(1, 2 * cluster.plan().produceGapMs()), () -> one.produce(writing));
    }
    every(() -> random.between(1, 2 * READ_GAP_MS), this::readAnywhere);
    every(() -> random.between(1, 2 * READ_GAP_MS), this::consume);
    every(() -> random.between(1, 4 * READ_GAP_MS), this::askForLatest);
  }

  @Override
  protected void onCrash(boolean powerLost) {
    // They never do.
  }

  @Override
  protected void died() {
    throw new IllegalStateException("clients do not die");
  }

  @Override
  protected void settle() {
    // What they do ends with what they ask.
  }

  @Nullable
  TopicIdPartition anyPartition() {
    List<TopicIdPartition> all = new ArrayList<>();
    MetadataImage image = cluster.truth().newest();
    image.forEachPartition((topic, number, state) -> all.add(new TopicIdPartition(topic.id(), number)));
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  /** Mostly whom some broker takes for the leader, now and then anybody. */
  private SimBroker someBroker(TopicIdPartition id) {
    List<SimBroker> brokers = cluster.brokers();
    MetadataImage known = brokers.get(random.nextInt(brokers.size())).image();
    PartitionState state = known.partition(id.topicId(), id.partition()).orElse(null);
    if (state == null || !state.hasLeader() || random.chance(0.1)) {
      return brokers.get(random.nextInt(brokers.size()));
    }
    return cluster.broker(state.leader());
  }

  // ---- writing

  private void produce() {
    TopicIdPartition id = writing ? anyPartition() : null;
    if (id == null) {
      return;
    }
    PartitionHistory history = cluster.checker().history(id);
    BatchBuilder batch = new BatchBuilder(256);
    List<String> sent = new ArrayList<>();
    int count = random.oneOf(1, 1, 1, 2, 5);
    for (int i = 0; i < count; i++) {
      String value = nextValue();
      history.sends(value);
      sent.add(value);
      batch.add(wallMs(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    int acks = random.oneOf(-1, -1, -1, -1, -1, 1);
    append(id, batch.build(), acks, outcome -> heard(history, sent, acks, outcome));
  }

  /** Asks somebody to append a batch, which is handed over; once. */
  void append(TopicIdPartition id, ByteBuffer batch, int acks, Consumer<@Nullable AppendOutcome> heard) {
    PartitionHistory history = cluster.checker().history(id);
    SimBroker to = someBroker(id);
    cluster.calls().<AppendOutcome>call(this, to, Delivery.ONCE, PATIENCE_MS, answer -> {
      BrokerTurns replicas = to.turns();
      if (replicas == null) {
        answer.accept(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, "starting"));
        return;
      }
      var outcome = replicas.manager().append(id, batch, acks, PATIENCE_MS / 2);
      var _ = outcome.thenAccept(answer);
      replicas.hosted().stream().filter(one -> one.id().equals(id) && one.replica().leader() != null)
          .forEach(one -> noteWriter(history, to, one));
    }, heard);
  }

  private static void noteWriter(PartitionHistory history, SimBroker to, BrokerTurns.Hosted one) {
    var leader = one.replica().leader();
    if (leader != null && one.log().logEndOffset() > leader.leaderEpochStart()) {
      history.wrote(to.id(), leader.leaderEpoch());
    }
  }

  private void heard(PartitionHistory history, List<String> sent, int acks, @Nullable AppendOutcome outcome) {
    if (outcome instanceof AppendOutcome.Ok(long base, int _, long _) && acks == -1) {
      for (int i = 0; i < sent.size(); i++) {
        history.acknowledged(sent.get(i), base + i);
        acknowledged++;
      }
    } else if (outcome instanceof AppendOutcome.Failed(ErrorCode code, String _) && code.outcome() == Outcome.REFUSED) {
      sent.forEach(history::refused);
      refused++;
    } else {
      sent.forEach(history::unknown);
      unknown++;
    }
  }

  // ---- reading

  private void readAnywhere() {
    TopicIdPartition id = anyPartition();
    if (id != null) {
      long end = cluster.checker().history(id).end();
      long offset = random.chance(0.1)
          ? ForwardReadRequest.EARLIEST
          : random.chance(0.5) ? random.between(Math.max(0, end - 5), end + 2) : random.between(0, end);
      List<SimBroker> brokers = cluster.brokers();
      SimBroker from = random.chance(0.5) ? someBroker(id) : brokers.get(random.nextInt(brokers.size()));
      read(id, offset, from, false);
    }
  }

  private void consume() {
    TopicIdPartition id = anyPartition();
    if (id != null) {
      read(id, positions.getOrDefault(id, 0L), someBroker(id), true);
    }
  }

  private void read(TopicIdPartition id, long offset, SimBroker from, boolean goesOn) {
    int maxBytes = random.oneOf(1, 300, 2_000);
    cluster.calls().<ReadOutcome>call(this, from, Delivery.ANY, PATIENCE_MS, answer -> {
      BrokerTurns replicas = from.turns();
      if (replicas != null) {
        ReadOutcome beyond = beyond(replicas, id, offset);
        if (beyond == null) {
          var _ = replicas.manager().read(id, offset, maxBytes, 0, 0).thenAccept(answer);
        } else {
          answer.accept(beyond);
        }
      }
    }, outcome -> {
      if (outcome instanceof ReadOutcome.Ok ok) {
        long next = got(id, from, ok);
        if (goesOn && positions.getOrDefault(id, 0L) == offset) {
          positions.put(id, next);
        }
      } else if (outcome instanceof ReadOutcome.Failed(ErrorCode code, String _) && code == ErrorCode.OFFSET_TRIMMED
          && goesOn) {
        positions.merge(id, cluster.checker().history(id).logStart(), Math::max);
      }
    });
  }

  /** What a broken broker would serve; null from one that is not. */
  private @Nullable ReadOutcome beyond(BrokerTurns replicas, TopicIdPartition id, long offset) {
    for (BrokerTurns.Hosted one : replicas.hosted()) {
      long end = one.id().equals(id) && one.replica().leader() != null ? cluster.production().readableEnd(one) : -1;
      if (end > offset && offset >= one.log().logStartOffset()) {
        return new ReadOutcome.Ok(offset, one.log().verified(one.log().read(offset, 2_000, end)), end,
            one.log().logStartOffset(), 0);
      }
    }
    return null;
  }

  private long got(TopicIdPartition id, SimBroker from, ReadOutcome.Ok ok) {
    List<Record> records = RecordBatches.records(ok.batches(), ok.startOffset(), ok.highWatermark());
    cluster.checker().history(id).read(ok.startOffset(), records, "broker " + from.id());
    recordsRead += records.size();
    return ok.startOffset() + records.size();
  }

  private void askForLatest() {
    TopicIdPartition id = anyPartition();
    if (id == null) {
      return;
    }
    PartitionHistory history = cluster.checker().history(id);
    long known = history.acknowledgedEnd();
    SimBroker from = someBroker(id);
    cluster.calls().<Long>call(this, from, Delivery.ANY, PATIENCE_MS, answer -> {
      BrokerTurns replicas = from.turns();
      if (replicas != null && replicas.manager().offsets(id) instanceof OffsetsOutcome.Ok ok) {
        boolean current = cluster.truth().partition(id).map(state -> state.leaderEpoch() == ok.leaderEpoch())
            .orElse(false);
        history.latest(ok.leaderEpoch(), ok.highWatermark(), current, known);
        answer.accept(ok.highWatermark());
      }
    }, end -> {});
  }
}
