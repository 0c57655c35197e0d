package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What many partitions do to decisions that concern all of them: pieces within their limits, each a sound state (section 2.1, F25, I16, I23). */
class ScaleTest {
  private static final int PIECE = Piece.MAX_RECORDS;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final List<UUID> topics = new ArrayList<>();
  private TestCluster cluster = new TestCluster();

  /** Brokers 1 to n and topics of RF 3 on them. */
  private void build(int brokers, int topicCount, int partitions) {
    cluster = TestCluster.withBrokers(brokers);
    for (int topic = 0; topic < topicCount; topic++) {
      create("t" + topic, partitions, 3);
    }
  }

  private void create(String name, int partitions, int replicationFactor) {
    CreateTopicCommand command = CreateTopicCommand.of(name, partitions, replicationFactor, null, Map.of(), false);
    topics.add(Objects.requireNonNull(
        cluster.run(cluster.control.createTopic(command)).value().orElseThrow().topicId()));
  }

  /** Whatever a test did: entries keep their limits, and the stored log gives the same image. */
  @AfterEach
  void checkTheLog() {
    for (List<MetadataRecord> records : cluster.log) {
      byte[] bytes = MetadataJson.encode(records);
      assertThat(records.size()).isLessThanOrEqualTo(MetadataRecord.MAX_PER_ENTRY);
      assertThat(bytes.length).isLessThanOrEqualTo(MetadataRecord.MAX_ENTRY_BYTES);
      assertThat(bytes.length).isLessThanOrEqualTo(records.stream().mapToInt(MetadataJson::sizeBound).sum() + 2);
    }
    assertThat(cluster.replayed().digest()).isEqualTo(cluster.control.committed().digest());
  }

  /** A scan over all partitions takes milliseconds; a decision with its apply must not contain one. */
  @Test
  void anIsrChangeIsCheapAmongOneHundredThousandPartitions() {
    build(3, 1_000, 100);
    for (int warmUp = 0; warmUp < 5_000; warmUp++) {
      toggle(warmUp);
    }
    long start = CPU.getCurrentThreadCpuTime();
    for (int number = 0; number < 5_000; number++) {
      toggle(number);
    }
    double microsEach = (CPU.getCurrentThreadCpuTime() - start) / 1e3 / 5_000;
    assertThat(microsEach).as("CPU microseconds per ISR change, decided, applied, and replayed from bytes")
        .isLessThan(500);
  }

  private void toggle(int number) {
    UUID topic = topics.get(number % topics.size());
    PartitionState state = cluster.partition(topic, number % 100);
    List<Integer> isr = state.isr().size() == 3 ? state.replicas().subList(0, 2) : state.replicas();
    assertThat(cluster.alter(topic, number % 100, isr.toArray(Integer[]::new)).error()).isNull();
  }

  /** M18, I16: what stands still moves first, and the fence comes with the last piece. */
  @Test
  void aBrokerInEveryIsrIsFencedPieceByPiece() {
    build(3, 300, 100);
    long led = count(state -> state.leader() == 2);
    int before = cluster.log.size();

    fence(2);

    List<List<MetadataRecord>> entries = cluster.log.subList(before, cluster.log.size());
    assertThat(entries).hasSize(15);
    assertThat(entries).allSatisfy(records -> assertThat(records.size()).isLessThanOrEqualTo(PIECE + 1));
    assertThat(entries.stream().filter(records -> records.getLast() instanceof BrokerChange)).hasSize(1);
    assertThat(entries.getLast().getLast()).isEqualTo(BrokerChange.fence(2, cluster.broker(2).brokerEpoch()));
    List<MetadataRecord> all = entries.stream().flatMap(List::stream).toList();
    assertThat(all.subList(0, (int) led)).allMatch(change -> ((PartitionChange) change).leader() != null);
    assertThat(count(state -> state.isr().contains(2))).isZero();
    assertThat(count(state -> state.isr().size() == 2 && state.hasLeader())).isEqualTo(30_000);
  }

  /** I16: nothing is undone when a broker thought dead is heard of again. */
  @Test
  void aHeartbeatInBetweenEndsTheFencing() {
    build(3, 100, 100);
    silence(2);
    tick(1, 3);
    tick(1, 3);
    assertThat(count(state -> !state.isr().contains(2))).isEqualTo(2L * PIECE);

    for (int i = 0; i < 20; i++) {
      tick(1, 2, 3);
    }
    assertThat(cluster.broker(2).fenced()).isFalse();
    assertThat(count(state -> !state.isr().contains(2))).isEqualTo(2L * PIECE);
    assertThat(count(state -> state.isr().contains(state.leader()))).isEqualTo(10_000);

    PartitionState taken = cluster.partition(topics.getFirst(), 0);
    assertThat(taken.isr()).doesNotContain(2);
    assertThat(cluster.alter(topics.getFirst(), 0, 1, 2, 3).error()).as("it may come back into the ISR").isNull();
  }

  /** I23, M5: a successor fences on from whatever prefix is committed. */
  @Test
  void aSuccessorFinishesTheFencing() {
    build(3, 100, 100);
    silence(2);
    tick(1, 3);
    cluster.holdCommits = true;
    tick(1, 3);
    cluster.control.resign();
    cluster.log.removeLast();
    cluster.holdCommits = false;
    cluster.control.activate(cluster.nowMs);
    assertThat(count(state -> !state.isr().contains(2))).isEqualTo(PIECE);

    fence(2);
    assertThat(count(state -> state.isr().contains(2))).isZero();
    assertThat(count(state -> state.leaderEpoch() + state.partitionEpoch() > 2)).as("nothing moved twice").isZero();
  }

  /** A duty that the log refused for the moment is due again, whichever it was, and nothing of it is lost. */
  @Test
  void dutiesThatWereRefusedAreDueAgain() {
    build(3, 100, 100);
    Random random = new Random(5);
    silence(2);
    int refused = 0;
    while (!cluster.broker(2).fenced()) {
      hear(1, 3);
      Optional<List<MetadataRecord>> duty = cluster.control.nextDuty(cluster.nowMs);
      if (random.nextBoolean()) {
        duty.ifPresent(cluster::append);
      } else {
        refused++;
      }
      cluster.nowMs += 10;
    }
    assertThat(refused).isGreaterThan(2);
    assertThat(count(state -> state.isr().contains(2))).isZero();
  }

  /** M11: a restart right after a controller failover finds the broker unfenced and in every ISR. */
  @Test
  void aBrokerInEveryIsrRegistersOverSeveralAttempts() {
    build(3, 5, 9_000);
    RegisterBrokerCommand command = cluster.registration(3);
    cluster.nowMs += TestCluster.SESSION_MS;
    assertThat(attempts(command)).isEqualTo(23);
    assertThat(cluster.broker(3).incarnationId()).isEqualTo(command.incarnationId());
    assertThat(count(state -> state.isr().equals(List.of(1, 2)) || state.isr().equals(List.of(2, 1))))
        .isEqualTo(45_000);
  }

  /** M11, F14: with an empty disk it leaves every ELR too, and every replica gets its new directory. */
  @Test
  void aWipedBrokerRegistersOverSeveralAttempts() {
    build(3, 100, 100);
    fence(1);
    fence(2);
    assertThat(count(state -> state.elr().contains(2))).isEqualTo(10_000);
    UUID fresh = new UUID(88, 2);
    RegisterBrokerCommand command = cluster.registration(2, cluster.broker(2).brokerEpoch(), RestartClass.CLEAN, fresh);

    assertThat(attempts(command)).isEqualTo(5);
    assertThat(count(state -> state.elr().contains(2))).isZero();
    assertThat(count(state -> state.directories().get(state.replicas().indexOf(2)).equals(fresh))).isEqualTo(10_000);
  }

  private int attempts(RegisterBrokerCommand command) {
    Decision<Registered> decision = cluster.run(cluster.control.register(command, cluster.nowMs));
    int attempts = 1;
    while (decision.error().filter(ErrorCode.BUSY::equals).isPresent()) {
      assertThat(decision.records().size()).isBetween(1, PIECE);
      decision = cluster.run(cluster.control.register(command, cluster.nowMs));
      attempts++;
      assertThat(attempts).isLessThan(100);
    }
    assertThat(decision.error()).isEmpty();
    return attempts;
  }

  /** M17: what waited for the one broker that can lead it. */
  @Test
  void aBrokerThatComesBackTakesAllThatWaitedForIt() {
    build(3, 100, 100);
    fence(1);
    fence(2);
    fence(3);
    assertThat(count(state -> state.hasLeader())).isZero();
    cluster.register(cluster.registration(3));
    int before = cluster.log.size();

    assertThat(cluster.beat(3).value().orElseThrow().fenced()).isFalse();
    assertThat(count(state -> state.hasLeader())).isEqualTo(PIECE);
    for (int i = 0; i < 20; i++) {
      tick(3);
    }
    assertThat(count(state -> state.leader() == 3 && state.isr().equals(List.of(3)))).isEqualTo(10_000);
    assertThat(cluster.log.size() - before).isEqualTo(5);
  }

  /** M5: a new controller finds elections that its predecessor had no time for. */
  @Test
  void aSuccessorElectsWhatTheOldControllerDidNot() {
    build(3, 100, 100);
    fence(1);
    fence(2);
    fence(3);
    cluster.register(cluster.registration(3));
    cluster.beat(3);
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    for (int i = 0; i < 20; i++) {
      tick(3);
    }
    assertThat(count(state -> state.leader() == 3)).isEqualTo(10_000);
  }

  /** M19. */
  @Test
  void aBrokerWithManyPartitionsHandsThemOverPieceByPiece() {
    build(3, 100, 100);
    int beats = 0;
    Beat beat;
    do {
      Decision<Beat> decision = cluster.run(cluster.control.heartbeat(cluster.shutdownWish(1), cluster.nowMs));
      assertThat(decision.records().size()).isLessThanOrEqualTo(PIECE + 1);
      beat = decision.value().orElseThrow();
      cluster.nowMs += 50;
      cluster.beat(2);
      cluster.beat(3);
      beats++;
    } while (!beat.shouldShutdown());
    assertThat(beats).isEqualTo(6);
    assertThat(count(state -> state.isr().contains(1) || state.leader() == 1)).isZero();
    assertThat(cluster.broker(1).fenced()).isTrue();
  }

  /** M14: it is told that it is fenced when it is. */
  @Test
  void aBrokerThatAsksToBeFencedGoesPieceByPiece() {
    build(3, 100, 100);
    HeartbeatCommand wish = new HeartbeatCommand(1, cluster.broker(1).brokerEpoch(), 1_000, true, false, List.of(),
        List.of());
    for (int piece = 1; piece <= 5; piece++) {
      Beat beat = cluster.run(cluster.control.heartbeat(wish, cluster.nowMs)).value().orElseThrow();
      assertThat(beat.fenced()).isEqualTo(piece == 5).isEqualTo(cluster.broker(1).fenced());
    }
    assertThat(count(state -> state.isr().contains(1))).isZero();
  }

  /** M26: a leader that proposes more than goes into one entry gets on, piece by piece. */
  @Test
  void aLeaderOfManyPartitionsChangesThemPieceByPiece() {
    build(3, 100, 100);
    fence(2);
    cluster.register(cluster.registration(2));
    cluster.beat(2);
    List<Proposal> left = proposals(1);
    assertThat(left.size()).isGreaterThan(2 * PIECE);
    int requests = 0;
    while (!left.isEmpty()) {
      List<Answer> answers = cluster.run(cluster.control.alterPartitions(
          new AlterPartitionCommand(1, cluster.broker(1).brokerEpoch(), left))).value().orElseThrow();
      assertThat(answers.stream().filter(answer -> answer.error() == null)).hasSize(Math.min(PIECE, left.size()));
      assertThat(answers).allMatch(answer -> answer.error() == null || answer.error() == ErrorCode.BUSY);
      left = proposals(1);
      requests++;
    }
    assertThat(requests).isEqualTo(3);
    assertThat(count(state -> state.leader() == 1 && state.isr().size() < 3)).isZero();
  }

  private List<Proposal> proposals(int leader) {
    List<Proposal> proposals = new ArrayList<>();
    cluster.image().forEachPartition((topic, number, state) -> {
      if (state.leader() == leader && state.isr().size() < state.replicas().size()) {
        proposals.add(new Proposal(new TopicIdPartition(topic.id(), number), state.leaderEpoch(),
            state.partitionEpoch(),
            state.replicas().stream().map(id -> new Member(id, cluster.broker(id).brokerEpoch())).toList(),
            LeaderRecoveryState.RECOVERED));
      }
    });
    return proposals;
  }

  /** Partitions with very many replicas are bounded by bytes before they are by number. */
  @Test
  void piecesAreBoundedInBytesToo() {
    cluster = TestCluster.withBrokers(120);
    List<Integer> everybody = IntStream.rangeClosed(1, 120).boxed().toList();
    for (int topic = 0; topic < 4; topic++) {
      cluster.topic("wide" + topic, Collections.nCopies(500, everybody));
    }
    int before = cluster.log.size();
    fence(7);
    List<List<MetadataRecord>> entries = cluster.log.subList(before, cluster.log.size());
    assertThat(entries.size()).isGreaterThan(1);
    assertThat(entries).allSatisfy(records -> {
      assertThat(records.size()).isLessThan(PIECE);
      assertThat(MetadataJson.encode(records).length).isLessThan(MetadataRecord.MAX_ENTRY_BYTES / 2);
    });
    assertThat(count(state -> state.isr().contains(7))).isZero();
  }

  private void silence(int broker) {
    int[] others = cluster.image().brokers().values().stream()
        .filter(one -> !one.fenced() && one.brokerId() != broker).mapToInt(BrokerRegistration::brokerId).toArray();
    long until = cluster.nowMs + TestCluster.SESSION_MS;
    while (cluster.nowMs < until - 10) {
      cluster.nowMs += 10;
      hear(others);
      assertThat(cluster.control.nextDuty(cluster.nowMs)).isEmpty();
    }
  }

  private void fence(int broker) {
    silence(broker);
    int[] others = cluster.image().brokers().values().stream()
        .filter(one -> !one.fenced() && one.brokerId() != broker).mapToInt(BrokerRegistration::brokerId).toArray();
    for (int i = 0; i < 1_000 && !cluster.broker(broker).fenced(); i++) {
      tick(others);
    }
    assertThat(cluster.broker(broker).fenced()).isTrue();
  }

  /** Ten milliseconds pass, in which these brokers are heard of and the loop does its duties. */
  private void tick(int... alive) {
    cluster.nowMs += 10;
    hear(alive);
    cluster.duties();
  }

  private void hear(int... alive) {
    for (int id : alive) {
      cluster.control.contact(id, cluster.broker(id).brokerEpoch(), cluster.nowMs);
    }
  }

  private long count(Predicate<PartitionState> which) {
    long[] count = new long[1];
    cluster.image().forEachPartition((topic, number, state) -> count[0] += which.test(state) ? 1 : 0);
    return count[0];
  }
}
