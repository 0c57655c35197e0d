package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.log.ProducerStates;
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
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
  }, MonotonicClock.system(), () -> 1_000_000L, new GatewayLimits(2, 100_000, 2_000_000, 200), this::nextProducerId);
  private final AtomicLong producerIds = new AtomicLong(1_000);
  private volatile boolean idsGone;

  /** Partition 0 is led here, partition 1 by the peer, partition 2 by nobody. */
  private static final class View implements BrokerView {
    private final ConcurrentLinkedQueue<Duration> waits = new ConcurrentLinkedQueue<>();
    /** Happens once, while somebody waits for newer metadata. */
    private @Nullable Runnable onWait;
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
      Runnable action = onWait;
      if (action != null) {
        onWait = null;
        action.run();
      }
      return image.index() >= index;
    }
  }

  private OptionalLong nextProducerId() {
    return idsGone ? OptionalLong.empty() : OptionalLong.of(producerIds.getAndIncrement());
  }

  /** What a leader knows of producers of partition 0. */
  private static ProducerStates known(FakePartitions leader) {
    return leader.producers.getOrDefault(new TopicIdPartition(TOPIC, 0), ProducerStates.EMPTY);
  }

  /** Partition 1 is led here from now on, at the next leader epoch. */
  private void moveToSelf() {
    view.image = MetadataDelta.apply(view.image, view.image.index() + 1, 1,
        List.of(new MetadataRecord.PartitionChange(TOPIC, 1, null, List.of(SELF, PEER), null, null, null, null, SELF,
            null, null)));
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
    synchronized (log) {
      for (Record record : log.logs.getOrDefault(new TopicIdPartition(TOPIC, partition), List.of())) {
        values.add(String.valueOf(FakePartitions.text(record.value())));
      }
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

  /** P44: it is refused for certain, and at once; room does not come back while somebody waits. */
  @Test
  void aFullDiskIsToldAtOnce() {
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.STORAGE_FULL, "no room"));
    assertThat(produce(1000, record(0, null, "a"))).singleElement().isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.STORAGE_FULL));
    assertThat(values(local, 0)).as("nothing was sent again").isEmpty();
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

  /** P39: without an id nobody could tell a repetition from new records. */
  @Test
  void withoutAProducerIdAnUnknownOutcomeIsNeverTriedAgain() {
    idsGone = true;
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "leadership lost"));
    assertThat(produce(5000, record(0, null, "a")).getFirst()).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
    assertThat(values(local, 0)).isEmpty();
  }

  /** P9, P37: each time the batch is in the log, and only the answer is not there. */
  @ParameterizedTest
  @EnumSource(value = ErrorCode.class, names = {"INDETERMINATE", "REQUEST_TIMED_OUT",
      "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "STORAGE_ERROR"})
  void aBatchWhoseOutcomeIsUnknownIsSentAgainAndWrittenOnce(ErrorCode code) {
    for (int i = 0; i < 3; i++) {
      local.lostAnswers.add(new AppendOutcome.Failed(code, "who knows"));
      assertThat(produce(5000, record(0, null, "a" + i)).getFirst())
          .isEqualTo(new RecordResult.Written(0, i, 1_000_000L));
    }
    assertThat(values(local, 0)).containsExactly("a0", "a1", "a2");
  }

  /** F27: the old leader has written it and handed it on before it died; the new one knows. */
  @Test
  void aLeaderChangeInMidProduceIsInvisible() {
    assertThat(produce(5000, record(1, null, "before")).getFirst()).isInstanceOf(RecordResult.Written.class);
    peer.lostAnswers.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "connection reset"));
    view.onWait = () -> {
      local.follow(peer);
      moveToSelf();
    };
    assertThat(produce(5000, record(1, null, "a")).getFirst()).isEqualTo(new RecordResult.Written(1, 1, 1_000_000L));
    assertThat(values(local, 1)).containsExactly("before", "a");
    assertThat(produce(5000, record(1, null, "after")).getFirst())
        .isEqualTo(new RecordResult.Written(1, 2, 1_000_000L));
  }

  /** The same, but what the old leader wrote was never handed on. */
  @Test
  void aBatchThatDiedWithItsLeaderIsWrittenByTheNext() {
    local.follow(peer);
    peer.lostAnswers.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "connection reset"));
    view.onWait = this::moveToSelf;
    assertThat(produce(5000, record(1, null, "a")).getFirst()).isEqualTo(new RecordResult.Written(1, 0, 1_000_000L));
    assertThat(values(local, 1)).containsExactly("a");
  }

  /** F10: a leader that stands still does not answer, not even that it is none any more. */
  @Test
  void aLeaderThatStandsStillIsNotWaitedForOnceThereIsAnother() throws Exception {
    peer.silent = true;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<RecordResult>> under = threads.submit(() -> produce(60_000, record(1, null, "a")));
      while (values(peer, 1).isEmpty()) {
        Thread.onSpinWait();
      }
      local.follow(peer);
      moveToSelf();
      assertThat(under.get(4, TimeUnit.SECONDS).getFirst()).as("long before the call is given up")
          .isEqualTo(new RecordResult.Written(1, 0, 1_000_000L));
    }
    assertThat(values(local, 1)).containsExactly("a");
  }

  /** A later refusal says nothing about the attempt before it. */
  @Test
  void onceUnknownARefusalDoesNotMakeItCertain() {
    local.lostAnswers.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "connection reset"));
    view.onWait = () -> local.down = true;
    assertThat(produce(150, record(0, null, "a")).getFirst()).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
  }

  /** No gap may be left behind that would block whoever comes next; and what was given up cannot come after it. */
  @Test
  void theLaneGoesOnBehindABatchThatWasGivenUp() {
    produce(5000, record(0, null, "a"));
    local.lostAnswers.add(new AppendOutcome.Failed(ErrorCode.INTERNAL, "a bug"));
    assertThat(produce(5000, record(0, null, "b")).getFirst()).isInstanceOf(RecordResult.Failed.class);
    local.refusals.add(new AppendOutcome.Failed(ErrorCode.CORRUPT_BATCH, "no"));
    assertThat(produce(5000, record(0, null, "c")).getFirst()).isInstanceOf(RecordResult.Failed.class);
    assertThat(produce(5000, record(0, null, "d")).getFirst()).isEqualTo(new RecordResult.Written(0, 2, 1_000_000L));
    assertThat(values(local, 0)).containsExactly("a", "b", "d");
    assertThat(known(local).entries()).hasEntrySatisfying(1_000L,
        lane -> assertThat(lane.epoch()).as("one epoch for each batch given up").isEqualTo((short) 2));
  }

  /** An unclean election may have taken what this producer wrote before. */
  @Test
  void aLeaderThatHasForgottenIsToldAnew() {
    produce(5000, record(0, null, "a"));
    ProducerStates early = known(local);
    produce(5000, record(0, null, "b"));
    local.producers.put(new TopicIdPartition(TOPIC, 0), early);
    assertThat(produce(5000, record(0, null, "c")).getFirst()).isEqualTo(new RecordResult.Written(0, 2, 1_000_000L));
    assertThat(produce(5000, record(0, null, "d")).getFirst()).isInstanceOf(RecordResult.Written.class);
  }

  @Test
  void whoDoesNotWaitForAllReplicasIsNotSentTwice() {
    local.lostAnswers.add(new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "connection reset"));
    RecordResult result = gateway
        .produce(new ProduceCommand("orders", List.of(record(0, null, "a")), Acks.LEADER, 5_000)).getFirst();
    assertThat(result).isInstanceOfSatisfying(RecordResult.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
    assertThat(known(local).entries()).isEmpty();
  }

  /** Answers are lost, refused and delayed at random, and the leadership moves; still each record is there once, in order of its thread. */
  @Test
  void underRandomFailuresEveryRecordIsWrittenOnce() throws Exception {
    Random random = new Random(11);
    ErrorCode[] unknown = {ErrorCode.INDETERMINATE, ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND};
    for (int i = 0; i < 500; i++) {
      local.lostAnswers.add(new AppendOutcome.Failed(unknown[random.nextInt(3)], "lost"));
      local.refusals.add(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, "no"));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int t = 0; t < 12; t++) {
        int thread = t;
        runs.add(threads.submit(() -> {
          for (int i = 0; i < 40; i++) {
            String value = thread + ":" + i;
            RecordResult.Written written = (RecordResult.Written) produce(60_000, record(0, null, value)).getFirst();
            assertThat(values(local, 0).get((int) written.offset())).isEqualTo(value);
          }
          return null;
        }));
      }
      for (Future<Void> run : runs) {
        run.get();
      }
    }
    assertThat(values(local, 0)).hasSize(480).doesNotHaveDuplicates();
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
