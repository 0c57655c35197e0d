package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.record.Compression;
import io.ottla.common.record.Murmur2;
import io.ottla.common.record.Record;
import io.ottla.common.time.MonotonicClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Placement, joining, routing and retrying, against partition logs in memory. */
class ClusterRecordGatewayTest {
  private static final UUID TOPIC = new UUID(1, 1);
  private static final int SELF = 101;
  private static final int PEER = 102;

  private final FakePartitions local = new FakePartitions();
  private final FakePartitions peer = new FakePartitions();
  private final View view = new View();
  private final ClusterRecordGateway gateway = new ClusterRecordGateway(view, local, endpoint -> {
    assertThat(endpoint.port()).isEqualTo(PEER);
    return peer;
  }, MonotonicClock.system(), () -> 1_000_000L, new GatewayLimits(2, 100_000, 2_000_000, 200));

  /** Partition 0 is led here, partition 1 by the peer, partition 2 by nobody. */
  private static final class View implements BrokerView {
    private final ConcurrentLinkedQueue<Duration> waits = new ConcurrentLinkedQueue<>();
    private volatile MetadataImage image = image(SELF, PEER);

    static MetadataImage image(int leaderOf0, int leaderOf1) {
      List<MetadataRecord> records = new ArrayList<>();
      MetadataImage image = MetadataImage.EMPTY;
      for (int broker : List.of(SELF, PEER)) {
        image = MetadataDelta.apply(image, image.index() + 1, 1,
            List.of(new MetadataRecord.RegisterBroker(broker, new UUID(broker, 2), List.of(new UUID(broker, 3)),
                List.of(new Endpoint("INTERNAL", "peer", broker)), null, new TreeMap<>())));
        long epoch = image.index();
        image = MetadataDelta.apply(image, epoch + 1, 1,
            List.of(new MetadataRecord.BrokerChange(broker, epoch, false, null, null)));
      }
      records.add(new MetadataRecord.TopicRecord(TOPIC, "orders"));
      List<UUID> directories = List.of(PartitionState.UNASSIGNED_DIRECTORY, PartitionState.UNASSIGNED_DIRECTORY);
      int number = 0;
      for (int leader : List.of(leaderOf0, leaderOf1)) {
        records.add(new MetadataRecord.PartitionRecord(TOPIC, number,
            PartitionState.created(List.of(leader, leader == SELF ? PEER : SELF), List.of(leader), directories)));
        number++;
      }
      return MetadataDelta.apply(image, image.index() + 1, 1, records);
    }

    @Override
    public int brokerId() {
      return SELF;
    }

    @Override
    public String clusterId() {
      return "c";
    }

    @Override
    public MetadataImage image() {
      return image;
    }

    @Override
    public long brokerEpoch() {
      return 1;
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      waits.add(timeout);
      return image.index() >= index;
    }
  }

  private static ProducerRecord record(@Nullable Integer partition, @Nullable String key, String value) {
    return new ProducerRecord(partition, null, key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8), List.of());
  }

  private List<RecordResult> produce(int timeoutMs, ProducerRecord... records) {
    return gateway.produce(new ProduceCommand("orders", List.of(records), Acks.ALL, timeoutMs));
  }

  private static List<String> values(FakePartitions log, int partition) {
    List<String> values = new ArrayList<>();
    for (Record record : log.logs.getOrDefault(new TopicIdPartition(TOPIC, partition), List.of())) {
      values.add(String.valueOf(FakePartitions.text(record.value())));
    }
    return values;
  }

  @Test
  void recordsGoWhereTheyAskAndResultsKeepTheRequestsOrder() {
    List<RecordResult> results = produce(1000, record(1, null, "a"), record(0, null, "b"), record(7, null, "c"),
        record(1, null, "d"));
    assertThat(results.get(0)).isEqualTo(new RecordResult.Written(1, 0, 1_000_000L));
    assertThat(results.get(1)).isEqualTo(new RecordResult.Written(0, 0, 1_000_000L));
    assertThat(results.get(2)).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.UNKNOWN_PARTITION));
    assertThat(results.get(3)).isEqualTo(new RecordResult.Written(1, 1, 1_000_000L));
    assertThat(values(peer, 1)).containsExactly("a", "d");
    assertThat(values(local, 0)).containsExactly("b");
  }

  @Test
  void batchesAreCompressedAsTheTopicAsks() {
    String value = "to be stored small ".repeat(50);
    produce(1000, record(0, null, value));
    view.image = MetadataDelta.apply(view.image, view.image.index() + 1, 1, List.of(
        new MetadataRecord.ConfigRecord(ConfigResource.topic("orders"), TopicConfigs.COMPRESSION_TYPE, "zstd")));
    produce(1000, record(0, null, value));
    assertThat(local.compressions).containsExactly(Compression.NONE, Compression.ZSTD);
    assertThat(values(local, 0)).containsExactly(value, value);
  }

  @Test
  void aCompactedTopicTakesNoRecordWithoutAKey() {
    view.image = MetadataDelta.apply(view.image, view.image.index() + 1, 1, List.of(
        new MetadataRecord.ConfigRecord(ConfigResource.topic("orders"), TopicConfigs.CLEANUP_POLICY,
            "delete,compact")));
    List<RecordResult> results = produce(1000, record(0, "k", "a"), record(0, null, "b"), record(0, "", "c"));
    assertThat(results.get(1)).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    assertThat(values(local, 0)).containsExactly("a", "c");
  }

  @Test
  void aReadGoesOnBehindBatchesThatCompactionEmptied() {
    produce(1000, record(0, null, "a"));
    local.vacantBelow = 5;
    ReadResult result = gateway.read(new ReadCommand("orders", 0, 2, 1_000, 1, 10, 0));
    assertThat(result.records()).isEmpty();
    assertThat(result.nextOffset()).isEqualTo(5);
  }

  @Test
  void keysDecideAsInTheField() {
    for (String key : List.of("user-1", "user-2", "user-3", "user-4")) {
      int expected = Murmur2.partition(key.getBytes(StandardCharsets.UTF_8), 2);
      assertThat(produce(1000, record(null, key, key)).getFirst()).isInstanceOfSatisfying(RecordResult.Written.class,
          written -> assertThat(written.partition()).isEqualTo(expected));
    }
  }

  @Test
  void keylessRequestsReachMoreThanOnePartitionButStayTogether() {
    IntStream.range(0, 64).forEach(i -> {
      List<RecordResult> results = produce(1000, record(null, null, "a"), record(null, null, "b"));
      assertThat(results.stream().map(r -> ((RecordResult.Written) r).partition()).distinct()).hasSize(1);
    });
    assertThat(values(local, 0)).isNotEmpty();
    assertThat(values(peer, 1)).isNotEmpty();
  }

  @Test
  void anUnknownTopicIsRefusedAsAWhole() {
    assertThatThrownBy(
        () -> gateway.produce(new ProduceCommand("nope", List.of(record(null, null, "x")), Acks.ALL, 1000)))
        .isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC));
  }

  @Test
  void whatCertainlyHadNoEffectIsTriedAgain() {
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, "moved"));
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.NOT_ENOUGH_REPLICAS, "isr"));
    assertThat(produce(5000, record(0, null, "a")).getFirst()).isInstanceOf(RecordResult.Written.class);
    assertThat(values(local, 0)).containsExactly("a");
  }

  /** A new leader reads of its role in the same metadata as this broker, only a moment later. */
  @Test
  void aLeaderThatDoesNotKnowItYetIsAskedAgainAfterAMoment() {
    for (int i = 0; i < 6; i++) {
      local.refusals.add(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, "not yet"));
    }
    assertThat(produce(5000, record(0, null, "a")).getFirst()).isInstanceOf(RecordResult.Written.class);
    assertThat(view.waits).extracting(Duration::toMillis).containsExactly(5L, 10L, 20L, 40L, 50L, 50L);
  }

  @Test
  void anUnknownOutcomeIsNeverTriedAgain() {
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "leadership lost"));
    assertThat(produce(5000, record(0, null, "a")).getFirst()).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
    assertThat(values(local, 0)).isEmpty();
  }

  @Test
  void aNewLeaderIsFoundWhenTheImageMoves() {
    peer.down = true;
    CompletableFuture.runAsync(() -> view.image = View.image(SELF, SELF));
    assertThat(produce(5000, record(1, null, "a")).getFirst()).isInstanceOf(RecordResult.Written.class);
    assertThat(values(local, 1)).containsExactly("a");
  }

  @Test
  void requestsThatArriveWhileBatchesAreUnderWayShareTheNext() throws Exception {
    local.hold = true;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<RecordResult>>> first = new ArrayList<>();
      first.add(threads.submit(() -> produce(10_000, record(0, null, "first"))));
      local.awaitHeld(1);
      first.add(threads.submit(() -> produce(10_000, record(0, null, "second"))));
      local.awaitHeld(2);
      List<Future<List<RecordResult>>> rest = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String value = "r" + i;
        rest.add(threads.submit(() -> produce(10_000, record(0, null, value))));
      }
      while (!gateway.waiting(new TopicIdPartition(TOPIC, 0), 50)) {
        Thread.onSpinWait();
      }
      local.release();
      List<Long> offsets = new ArrayList<>();
      for (Future<List<RecordResult>> one : rest) {
        offsets.add(((RecordResult.Written) one.get().getFirst()).offset());
      }
      assertThat(offsets).doesNotHaveDuplicates();
      for (int i = 0; i < 50; i++) {
        assertThat(values(local, 0).get((int) (long) offsets.get(i))).isEqualTo("r" + i);
      }
      assertThat(local.batchSizes).containsExactly(1, 1, 50);
      for (Future<List<RecordResult>> one : first) {
        assertThat(one.get().getFirst()).isInstanceOf(RecordResult.Written.class);
      }
    }
  }

  @Test
  void oneBadRequestInASharedBatchFailsAlone() throws Exception {
    local.hold = true;
    local.poison = "bad";
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<RecordResult>> a = threads.submit(() -> produce(10_000, record(0, null, "a")));
      local.awaitHeld(1);
      Future<List<RecordResult>> b = threads.submit(() -> produce(10_000, record(0, null, "b")));
      local.awaitHeld(2);
      Future<List<RecordResult>> good = threads.submit(() -> produce(10_000, record(0, null, "good")));
      Future<List<RecordResult>> bad = threads.submit(() -> produce(10_000, record(0, null, "bad")));
      while (!gateway.waiting(new TopicIdPartition(TOPIC, 0), 2)) {
        Thread.onSpinWait();
      }
      local.release();
      assertThat(good.get().getFirst()).isInstanceOf(RecordResult.Written.class);
      assertThat(bad.get().getFirst()).isInstanceOf(RecordResult.Failed.class);
      assertThat(List.of(a.get(), b.get())).hasSize(2);
    }
    assertThat(values(local, 0)).containsExactly("a", "b", "good");
  }

  @Test
  void aRequestThatNeverLeftTheLaneSaysSo() throws Exception {
    local.hold = true;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<RecordResult>> a = threads.submit(() -> produce(10_000, record(0, null, "a")));
      local.awaitHeld(1);
      Future<List<RecordResult>> b = threads.submit(() -> produce(10_000, record(0, null, "b")));
      local.awaitHeld(2);
      RecordResult late = produce(50, record(0, null, "late")).getFirst();
      assertThat(late).isInstanceOfSatisfying(RecordResult.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE));
      local.release();
      assertThat(a.get().getFirst()).isInstanceOf(RecordResult.Written.class);
      assertThat(b.get().getFirst()).isInstanceOf(RecordResult.Written.class);
    }
    assertThat(values(local, 0)).containsExactly("a", "b");
  }

  @Test
  void everyRequestIsAnsweredOnceUnderContention() throws Exception {
    Map<Long, String> byOffset = new TreeMap<>();
    ConcurrentLinkedQueue<RecordResult> all = new ConcurrentLinkedQueue<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int t = 0; t < 40; t++) {
        int thread = t;
        runs.add(threads.submit(() -> {
          for (int i = 0; i < 50; i++) {
            String value = thread + ":" + i;
            RecordResult result = produce(20_000, record(0, null, value)).getFirst();
            all.add(result);
            synchronized (byOffset) {
              assertThat(byOffset.put(((RecordResult.Written) result).offset(), value)).isNull();
            }
          }
          return null;
        }));
      }
      for (Future<Void> run : runs) {
        run.get();
      }
    }
    assertThat(all).hasSize(2_000);
    assertThat(values(local, 0)).containsExactlyElementsOf(byOffset.values());
  }

  @Test
  void tooLargeAndTooFarAheadAreRefusedAlone() {
    ProducerRecord huge = new ProducerRecord(0, null, null, new byte[1_100_000], List.of());
    ProducerRecord future = new ProducerRecord(0, 1_000_000L + 3_600_001, null, new byte[1], List.of());
    List<RecordResult> results = produce(1000, huge, future, record(0, null, "fine"));
    assertThat(((RecordResult.Failed) results.get(0)).code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
    assertThat(((RecordResult.Failed) results.get(1)).code()).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
    assertThat(results.get(2)).isEqualTo(new RecordResult.Written(0, 0, 1_000_000L));
  }

  @Test
  void moreThanTheMemoryBoundIsBusyAndNothingIsTaken() {
    ProducerRecord[] many = IntStream.range(0, 24)
        .mapToObj(i -> new ProducerRecord(0, null, null, new byte[100_000], List.of()))
        .toArray(ProducerRecord[]::new);
    assertThatThrownBy(() -> produce(1000, many)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
    assertThat(values(local, 0)).isEmpty();
  }

  @Test
  void aReadBeyondTheEndIsRefusedUnlessItMayWait() {
    assertThatThrownBy(() -> gateway.read(new ReadCommand("orders", 0, 5, 1000, 1, 10, 0)))
        .isInstanceOfSatisfying(OttlaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE));
    assertThat(gateway.read(new ReadCommand("orders", 0, 5, 1000, 1, 10, 80)))
        .isEqualTo(new ReadResult(List.of(), 5, 0, 0));
  }
}
